import { patched, setCurrentDetails, sleep } from '@temporalio/workflow';
import { deletionRequest as today } from '../../../../workflows/deletion-request';
import { guestDestroy as destroyToday } from '../../../../workflows/guest-destroy';
import type { DeletionInput } from '../../../../workflows/names';

/** The workflows of a release to come: both have a step more, which what was started before does not take. */
export * from '../../../../workflows/index';

export async function deletionRequest(input: DeletionInput): ReturnType<typeof today> {
  await stepMore();
  return today(input);
}

export async function guestDestroy(input: DeletionInput): ReturnType<typeof destroyToday> {
  await stepMore();
  return destroyToday(input);
}

async function stepMore(): Promise<void> {
  if (!patched('a-step-more')) return;
  await sleep(1);
  setCurrentDetails('of the next release');
}
