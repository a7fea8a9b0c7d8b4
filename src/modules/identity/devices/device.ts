/** What a device says of itself. */
export interface DeviceDescription {
  readonly name: string;
  readonly type: DeviceType;
  readonly platform?: string;
  readonly model?: string;
  readonly appVersion?: string;
}

export const DEVICE_TYPES = ['mobile', 'desktop', 'api'] as const;

export type DeviceType = (typeof DEVICE_TYPES)[number];

/** A device that speaks for a user, and the key by which it is known. */
export interface Device extends DeviceDescription {
  readonly id: string;
  readonly tenant: string;
  readonly userId: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Buffer;
  readonly createdAt: Date;
  readonly rotatedAt?: Date;
  readonly lastSeenAt?: Date;
}
