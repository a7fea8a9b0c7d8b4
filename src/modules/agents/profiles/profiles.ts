import type { StreamingProfile } from '../../../contracts/streaming-profile.js';
import { CopilotProfile } from './copilot.profile.js';
import { GenericProfile } from './generic.profile.js';
import { GuiProfile } from './gui.profile.js';
import { SmoothProfile } from './smooth.profile.js';
import { VoiceProfile } from './voice.profile.js';

/** Every streaming profile. Adding one is a file and a line here. */
export const PROFILES = [VoiceProfile, CopilotProfile, GuiProfile, GenericProfile, SmoothProfile];

/** The profiles' instances. Also the injection token. */
export type StreamingProfiles = readonly StreamingProfile[];
export const StreamingProfiles = Symbol('StreamingProfiles');

export const PROFILE_NAMES: readonly string[] = PROFILES.map((Profile) => new Profile().name);
