import { CreateConversations1795219200000 } from './1795219200000-create-conversations.js';
import { IdentifyGenerations1795219200001 } from './1795219200001-identify-generations.js';
import { ChainAudit1795219200002 } from './1795219200002-chain-audit.js';
import { ReadAudit1795219200003 } from './1795219200003-read-audit.js';
import { KeepCredentials1795219200010 } from './1795219200010-keep-credentials.js';
import { CreateUsers1795219200020 } from './1795219200020-create-users.js';
import { CreateOAuth1795219200021 } from './1795219200021-create-oauth.js';
import { CreateDevices1795219200030 } from './1795219200030-create-devices.js';
import { IsolateTenants1795219200040 } from './1795219200040-isolate-tenants.js';
import { CountUsage1795219200050 } from './1795219200050-count-usage.js';
import { IsolatePeople1795219200060 } from './1795219200060-isolate-people.js';
import { BindPairings1795219200075 } from './1795219200075-bind-pairings.js';
import { NumberUsageBatches1795219200090 } from './1795219200090-number-usage-batches.js';
import { PlaceUsage1795219200091 } from './1795219200091-place-usage.js';
import { CompressMessages1795219200100 } from './1795219200100-compress-messages.js';
import { InlineBodies1795219200101 } from './1795219200101-inline-bodies.js';
import { ReadMessages1795219200102 } from './1795219200102-read-messages.js';
import { StoreResponses1795219200103 } from './1795219200103-store-responses.js';

/** Every migration, oldest first. A new one is a file here and a line in this list. */
export const MIGRATIONS = [
  CreateConversations1795219200000,
  IdentifyGenerations1795219200001,
  ChainAudit1795219200002,
  ReadAudit1795219200003,
  KeepCredentials1795219200010,
  CreateUsers1795219200020,
  CreateOAuth1795219200021,
  CreateDevices1795219200030,
  IsolateTenants1795219200040,
  CountUsage1795219200050,
  IsolatePeople1795219200060,
  BindPairings1795219200075,
  NumberUsageBatches1795219200090,
  PlaceUsage1795219200091,
  CompressMessages1795219200100,
  InlineBodies1795219200101,
  ReadMessages1795219200102,
  StoreResponses1795219200103,
];
