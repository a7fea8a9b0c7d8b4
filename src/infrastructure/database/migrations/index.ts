import { CreateConversations1795219200000 } from './1795219200000-create-conversations.js';
import { IdentifyGenerations1795219200001 } from './1795219200001-identify-generations.js';
import { ChainAudit1795219200002 } from './1795219200002-chain-audit.js';
import { ReadAudit1795219200003 } from './1795219200003-read-audit.js';
import { IsolateTenants1795219200040 } from './1795219200040-isolate-tenants.js';

/** Every migration, oldest first. A new one is a file here and a line in this list. */
export const MIGRATIONS = [
  CreateConversations1795219200000,
  IdentifyGenerations1795219200001,
  ChainAudit1795219200002,
  ReadAudit1795219200003,
  IsolateTenants1795219200040,
];
