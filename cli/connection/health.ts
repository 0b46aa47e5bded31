import type { HealthView } from '../../api/system/schema';
import type { Answer, ApiClient } from './client';

/** Needs no token; also an API that lacks something answers. */
export const readHealth = (api: ApiClient): Promise<Answer<HealthView>> =>
  api.get<HealthView>('/health', { accept: [503], authenticated: false });
