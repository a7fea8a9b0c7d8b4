import type { ChannelSource } from './channel.js';

/** The sources of all channels. Also the injection token. */
export type ChannelSources = readonly ChannelSource[];
export const ChannelSources = Symbol('ChannelSources');
