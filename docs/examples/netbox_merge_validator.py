"""For NetBox: refuses to merge a branch whose plan is blocked in Proxbox. Needs PROXBOX_URL and PROXBOX_TOKEN in NetBox's environment."""

import json
import os
from urllib.request import Request, urlopen

from netbox_branching.utilities import BranchActionIndicator


def plan_is_permitted(branch):
    if branch.custom_field_data.get('apply_to_proxmox') is not True:
        return BranchActionIndicator(True)
    headers = {'Authorization': f'Bearer {os.environ["PROXBOX_TOKEN"]}', 'Content-Type': 'application/json', 'Prefer': 'wait=30'}
    body = json.dumps({'branch_id': branch.pk}).encode()
    try:
        with urlopen(Request(f'{os.environ["PROXBOX_URL"]}/intent/plan', body, headers), timeout=40) as answer:
            plan = json.load(answer)
    except (OSError, ValueError) as error:
        return BranchActionIndicator(False, f'Proxbox could not be asked for a plan: {error}')
    blocked = [verdict['message'] for verdict in plan['verdicts'] if verdict['verdict'] == 'blocked']
    return BranchActionIndicator(plan['permitted'] is True, ' '.join(blocked) or plan['summary'] or 'The plan is still being made.')
