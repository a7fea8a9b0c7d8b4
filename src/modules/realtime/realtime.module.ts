import { Module } from '@nestjs/common';
import { AgentTasksModule } from '../agent-tasks/index.js';
import { AgentsModule } from '../agents/index.js';
import { ChatModule } from '../chat/index.js';
import { GenerationModule } from '../generation/index.js';
import { ModelsModule } from '../models/index.js';
import { StreamingModule } from '../streaming/index.js';
import { AlertsSource } from './channels/alerts.source.js';
import type { ChannelSource } from './channels/channel.js';
import { ChannelHub } from './channels/channel-hub.js';
import { ChannelSources } from './channels/channel-sources.js';
import { ConnectionChannels } from './channels/connection-channels.js';
import { MetricsServer } from './channels/metrics-server.js';
import { MetricsSource } from './channels/metrics.source.js';
import { OwnFigures } from './channels/own-figures.js';
import { SseController } from './channels/sse.controller.js';
import { SseService } from './channels/sse.service.js';
import { StatusSource } from './channels/status.source.js';
import { ConnectionLedger } from './connections/connection-ledger.js';
import { ConnectionManager } from './connections/connection-manager.js';
import { StreamingMetrics } from './connections/streaming-metrics.js';
import { SocketCalls } from './inbound/socket-calls.js';
import { WatchDesk } from './inbound/watch-desk.js';
import { SocketIdentity } from './socket-io/socket-identity.js';
import { SocketIoGateway } from './socket-io/socket-io.gateway.js';
import { StreamingController } from './streaming.controller.js';
import { StreamingService } from './streaming.service.js';
import { ChatGateway } from './websocket/chat.gateway.js';
import { StreamingGateway } from './websocket/streaming.gateway.js';
import { TaskGateway } from './websocket/task.gateway.js';
import { UpgradeHintController } from './websocket/upgrade-hint.controller.js';

/** Everything a client can be connected to. */
const GATEWAYS = [ChatGateway, StreamingGateway, TaskGateway, SocketIoGateway];

/** Where what is said on the channels comes from, one for each. */
const SOURCES = [MetricsSource, StatusSource, AlertsSource];

@Module({
  imports: [AgentTasksModule, AgentsModule, ChatModule, GenerationModule, ModelsModule, StreamingModule],
  controllers: [StreamingController, SseController, UpgradeHintController],
  providers: [
    ...GATEWAYS,
    ...SOURCES,
    {
      provide: ChannelSources,
      useFactory: (...all: ChannelSource[]): ChannelSources => all,
      inject: SOURCES,
    },
    ChannelHub,
    ConnectionChannels,
    ConnectionLedger,
    ConnectionManager,
    MetricsServer,
    OwnFigures,
    SocketCalls,
    SocketIdentity,
    SseService,
    StreamingMetrics,
    StreamingService,
    WatchDesk,
  ],
})
export class RealtimeModule {}
