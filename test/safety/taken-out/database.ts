import { of, type Proof } from '../invariants';
import { guard, type TakenOut } from './guard';

const held = (test: string): Proof[] => of('database/deletion-constraints', test);
const decisions = (test: string): Proof[] => of('workflows/deletion/decisions', test);

/** What the database holds by itself. */
export const database: readonly TakenOut[] = [
  // What an update asks before it changes a row
  guard(
    'database/repositories/deletion/requests.ts: permitSend',
    'the permit is for the state that was rechecked',
    'where id = $1 and state = $2 and sent_at is null and digest = $3',
    'where id = $1 and $2::text is not null and sent_at is null and digest = $3',
    held('is not given for %s'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: permitSend',
    'the permit is given once: a second one is answered "no", also without the trigger',
    'and sent_at is null and digest = $3',
    'and digest = $3',
    held('is answered "no" the second time, whatever state somebody says it is in'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: permitSend',
    'the permit is for the digest that was rechecked',
    'sent_at is null and digest = $3 and',
    'sent_at is null and $3::text is not null and',
    held('is not given for %s'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: permitSend',
    'the permit is for the round that was rechecked',
    'and round = $4 and deadline > $5',
    'and $4::int is not null and deadline > $5',
    held('is not given for %s'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: permitSend',
    'there is no permit after the deadline',
    'and round = $4 and deadline > $5',
    'and round = $4 and $5::timestamptz is not null',
    held('is not given for %s'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: moveDeletion',
    'a state is left by whoever knows it',
    'where id = $1 and state = $2 and ($6::timestamptz',
    'where id = $1 and $2::text is not null and ($6::timestamptz',
    held('is left by whoever knows it, and before the deadline where that counts'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: moveDeletion',
    'nothing is noted of what comes after the deadline',
    'and ($6::timestamptz is null or deadline > $6)',
    "and ($6::timestamptz is null or deadline > '-infinity')",
    held('is left by whoever knows it, and before the deadline where that counts'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: closeDeletion',
    'what has not ended is not closed',
    'where id = $1 and ended_at is not null and closed_at is null',
    'where id = $1 and closed_at is null',
    held('that is not final is not closed'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: noteHold',
    'a hold is for the state that was rechecked',
    'set hold = $4 where id = $1 and state = $2 and round = $3',
    'set hold = $4 where id = $1 and $2::text is not null and round = $3',
    held('a hold is noted while the request is as it was when it was asked for'),
  ),
  guard(
    'database/repositories/deletion/requests.ts: countDestroyedToday',
    'the ceiling is of one endpoint',
    'where endpoint_id = $1 and sent_at > now()',
    'where $1::uuid is not null and sent_at > now()',
    held('the ceiling counts what was sent on one endpoint in a day, save what failed'),
  ),
  guard(
    'database/repositories/deletion/decisions.ts: useCode',
    'a code is used once',
    'where decision_id = $1 and used_at is null',
    'where decision_id = $1',
    held('has a code that is used once'),
  ),
  // What the database refuses, whoever writes to it
  guard(
    'database/migrations/000012-deletion.sql: deletion_permit_once',
    'the permit is never taken back or given again',
    "raise exception 'the permit to send is given once'",
    "raise notice 'the permit to send is given once'",
    held('is neither given again nor taken back by whoever writes to the table'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_permit_once',
    'what has ended stays as it ended',
    "raise exception 'a request that has ended stays as it ended'",
    "raise notice 'a request that has ended stays as it ended'",
    held('that is final stays, whoever writes to the table'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_request',
    'what was sent is not approved any more',
    "  check (sent_at is null or state in ('executing', 'destroyed', 'failed', 'outcome_unknown')),\n",
    '',
    held('is neither given again nor taken back by whoever writes to the table'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_request',
    'nothing is carried out without a permit',
    "  check (state not in ('executing', 'destroyed', 'outcome_unknown') or sent_at is not null),\n",
    '',
    held('is neither given again nor taken back by whoever writes to the table'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_request',
    'what has not ended is not closed',
    '  check (closed_at is null or ended_at is not null)\n',
    '  check (closed_at is null or id is not null)\n',
    held('that is not final is not closed'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_request_open',
    'a guest has one open request',
    'create unique index deletion_request_open',
    'create index deletion_request_open',
    held('a guest has one open request, whoever writes to the table'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_decision_four_eyes',
    'the constraint of the database',
    "raise exception 'a requester does not decide about their own request'",
    "raise notice 'a requester does not decide about their own request'",
    decisions('the database refuses an own approval whoever writes it, and changes of decisions'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_decision_four_eyes',
    'only a requester cancels',
    "raise exception 'only a requester cancels'",
    "raise notice 'only a requester cancels'",
    held('of a requester is refused, and so is a cancellation of anybody else'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_decision_four_eyes',
    'somebody of ours must have asked',
    "raise exception 'nobody of ours has asked for this'",
    "raise notice 'nobody of ours has asked for this'",
    held('to approve is refused where nobody of ours has asked'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_decision_insert_only',
    'decisions are never changed or removed',
    'before update or delete or truncate on deletion_decision',
    'before truncate on deletion_decision',
    held('is never changed or removed: %s'),
  ),
  guard(
    'database/migrations/000012-deletion.sql: deletion_decision',
    'a rejection has a reason',
    "check (verdict <> 'reject' or reason <> '')",
    "check (verdict <> 'reject' or reason is not null)",
    held('to reject has a reason'),
  ),
];
