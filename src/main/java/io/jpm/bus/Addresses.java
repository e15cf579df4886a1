package io.jpm.bus;

import java.util.Optional;
import java.util.stream.Stream;

/// All addresses of the event bus, with the type of the messages sent to each. An address marked as
/// internal is not accessible over the bridge.
public final class Addresses {
  /// Commands to God: [io.jpm.bus.god.GodCommand], answered with [io.jpm.bus.god.GodReply].
  /// Internal.
  public static final String GOD_COMMAND = "jpm.god.command";

  /// Commands to the key-value store of `jpm set`: [io.jpm.bus.god.StoreCommand], answered with
  /// [io.jpm.bus.god.StoreReply]. Internal.
  public static final String STORE_COMMAND = "jpm.god.store";

  /// Events published by God: [io.jpm.bus.god.InstanceEvent]. Internal; History republishes them on
  /// [#EVENTS] for external subscribers.
  public static final String GOD_EVENTS = "jpm.god.events";

  /// Events of the daemon itself, published by any component: [io.jpm.bus.god.DaemonEvent].
  /// Internal; History republishes them on [#EVENTS] for external subscribers.
  public static final String DAEMON_EVENTS = "jpm.daemon.events";

  /// Events of God, each with the external message that History created for it:
  /// [io.jpm.bus.god.NumberedEvent]. Published after that message was published on [#EVENTS].
  /// Internal.
  public static final String NUMBERED_EVENTS = "jpm.history.events";

  /// Commands to ClusterBalancer: [io.jpm.bus.balancer.BalancerCommand], answered with
  /// [io.jpm.bus.balancer.BalancerReply]. Internal.
  public static final String BALANCER_COMMAND = "jpm.balancer.command";

  /// Reports published by ClusterBalancer: [io.jpm.bus.balancer.BalancerReport]. Internal.
  public static final String BALANCER_REPORTS = "jpm.balancer.reports";

  /// Commands to the bridge: [io.jpm.bus.daemon.BridgeCommand], answered with
  /// [io.jpm.bus.daemon.BridgeReply]. Internal.
  public static final String BRIDGE_COMMAND = "jpm.bridge.command";

  /// Commands to the heartbeat: [io.jpm.bus.daemon.HeartbeatCommand], answered with
  /// [io.jpm.bus.daemon.HeartbeatReply]. Internal.
  public static final String HEARTBEAT_COMMAND = "jpm.heartbeat.command";

  /// Acknowledgements of pings, published by the heartbeat when God has answered:
  /// [io.jpm.bus.daemon.HeartbeatAck]. Internal.
  public static final String HEARTBEAT_ACKS = "jpm.heartbeat.pulses";

  /// Diagnosis requests: [io.jpm.bus.daemon.DoctorRequest], answered with
  /// [io.jpm.bus.daemon.DoctorReply]. Internal.
  public static final String DOCTOR_COMMAND = "jpm.doctor.command";

  /// Queries to History: [io.jpm.bus.god.HistoryCommand], answered with
  /// [io.jpm.bus.god.HistoryReply]. Internal.
  public static final String HISTORY_COMMAND = "jpm.history.command";

  /// Commands to the keeper, which are not answered: [io.jpm.bus.daemon.KeeperCommand]. Internal.
  public static final String KEEPER_COMMAND = "jpm.keeper.command";

  /// Commands to LogAggregator: [io.jpm.bus.logs.LogsCommand], answered with
  /// [io.jpm.bus.logs.LogsReply]. Internal.
  public static final String LOGS_COMMAND = "jpm.logs.command";

  /// Subscriptions to log lines: [io.jpm.bus.logs.LineLease], answered with
  /// [io.jpm.bus.logs.FlowControlAck] if the sender expects a reply. Internal.
  public static final String LINE_LEASES = "jpm.logs.wanted";

  /// Flow control of the log lines published to the bridge: [io.jpm.bus.logs.FlowControlAck], which
  /// the bridge returns when it has processed the lines. Internal.
  public static final String BRIDGE_LINES = "jpm.bridge.lines";

  /// Flow control of the log lines published to Satan: [io.jpm.bus.logs.FlowControlAck], which
  /// Satan returns when it has processed the lines. Internal.
  public static final String SATAN_LINES = "jpm.satan.lines";

  /// Flow control of the log lines published to God: [io.jpm.bus.logs.FlowControlAck], which God
  /// returns when it has processed the lines. Internal.
  public static final String GOD_LINES = "jpm.god.lines";

  /// Commands to Satan: [io.jpm.bus.satan.SatanCommand], answered with
  /// [io.jpm.bus.satan.SatanReply]. Internal.
  public static final String SATAN_COMMAND = "jpm.satan.command";

  /// Subscriptions to [#USAGE], which are not answered: [io.jpm.bus.satan.UsageLease]. Internal.
  public static final String USAGE_LEASES = "jpm.satan.wanted";

  /// Reports published by Satan: [io.jpm.bus.satan.SatanReport]. Internal.
  public static final String SATAN_REPORTS = "jpm.satan.reports";

  /// Commands to the daemon as a whole, which are not answered: [io.jpm.bus.daemon.DaemonCommand].
  /// Internal.
  public static final String DAEMON_COMMAND = "jpm.daemon.command";

  /// Commands to the process file watcher: [io.jpm.bus.god.ConfigWatchCommand], answered with
  /// [io.jpm.bus.god.ConfigWatchReply]. Internal.
  public static final String CONFIG_WATCH_COMMAND = "jpm.configwatch.command";

  /// Commands about access tokens: [io.jpm.bus.access.AccessCommand], answered with
  /// [io.jpm.bus.access.AccessReply]. Internal.
  public static final String ACCESS_COMMAND = "jpm.access.command";

  /// Announcements of tokens that are no longer valid: [io.jpm.bus.access.TokenRevoked]. Internal.
  public static final String TOKEN_REVOKED = "jpm.access.revoked";

  /// Commands to the HTTP server: [io.jpm.bus.daemon.WebCommand], answered with
  /// [io.jpm.bus.daemon.WebReply]. Internal.
  public static final String WEB_COMMAND = "jpm.web.command";

  /// Flow control of the log lines published to the HTTP server: [io.jpm.bus.logs.FlowControlAck],
  /// which the HTTP server returns when it has processed the lines. Internal.
  public static final String WEB_LINES = "jpm.web.lines";

  /// Records for the audit log, which are not answered: [io.jpm.bus.access.AuditRecord]. Internal.
  public static final String AUDIT = "jpm.audit";

  /// Verification requests for the audit log: [io.jpm.bus.access.AuditCommand], answered with
  /// [io.jpm.bus.access.AuditReply]. Internal.
  public static final String AUDIT_COMMAND = "jpm.audit.command";

  /// Typed requests from other services, answered with JSON as described in `docs/bridge.md`. The
  /// header [io.jpm.wire.RequestCaller#HEADER] identifies the caller; a request without it is
  /// refused. Open to clients of the bridge.
  public static final String COMMAND = "jpm.command";

  /// Command lines from the command-line client, answered with text. Open to clients of the bridge.
  public static final String CONSOLE = "jpm.console";

  /// All events of apps and of the daemon, with sequence numbers, published after they were stored:
  /// [io.jpm.wire.EventMessage] as JSON. Open to subscribers of the bridge.
  public static final String EVENTS = "jpm.events";

  /// ClusterBalancer's connection counters for apps whose connections pass through the daemon.
  /// Published once per second while counters change:
  /// `{"v":1,"app":…,"instances":[{"id":…,"connections":…,…}]}`. Open to subscribers of the bridge.
  public static final String BALANCE = "jpm.balance";

  /// The resource usage of all apps and of the machine, every second while there is an active
  /// [io.jpm.bus.satan.UsageLease]: [io.jpm.wire.UsageMessage] as JSON. Open to subscribers of the
  /// bridge.
  public static final String USAGE = "jpm.usage";

  /// The result of reloading the daemon's settings after an edit: [io.jpm.wire.SettingsMessage] as
  /// JSON. Open to subscribers of the bridge.
  public static final String SETTINGS = "jpm.settings";

  private static final String LINES = "jpm.lines.";
  private static final String MESSAGES = "jpm.messages.";

  private Addresses() {}

  /// A regular expression that matches every address returned by [#eventsOf].
  public static final String EVENTS_OF_ANY_APP = "jpm\\.events\\..+";

  /// A regular expression that matches every address returned by [#messagesOf].
  public static final String MESSAGES_OF_ANY_APP = "jpm\\.messages\\..+";

  /// A regular expression that matches every address returned by [#linesOf].
  public static final String LINES_OF_ANY_APP = "jpm\\.lines\\..+";

  /// Returns the address for the messages that one app sends over its IPC channel, as JSON.
  /// Messages addressed to jpm itself are not published. Open to subscribers of the bridge.
  ///
  /// @param app the app's name
  public static String messagesOf(String app) {
    return MESSAGES + app;
  }

  /// Returns the address for the events of one app, which are also published on [#EVENTS]. Open to
  /// subscribers of the bridge.
  ///
  /// @param app the app's name
  public static String eventsOf(String app) {
    return EVENTS + "." + app;
  }

  /// Returns the app's name from an address created by [#eventsOf]; empty for other addresses.
  public static Optional<String> appOfEvents(String address) {
    return restOf(address, EVENTS + ".");
  }

  /// Returns the address for the log lines of one app: [io.jpm.wire.LinesMessage] as JSON,
  /// published while there is an active [io.jpm.bus.logs.LineLease] for the app. Open to
  /// subscribers of the bridge.
  ///
  /// @param app the app's name
  public static String linesOf(String app) {
    return LINES + app;
  }

  /// Returns the app's name from an address created by [#linesOf]; empty for other addresses.
  public static Optional<String> appOfLines(String address) {
    return restOf(address, LINES);
  }

  private static Optional<String> restOf(String address, String begin) {
    return address.startsWith(begin) && address.length() > begin.length()
        ? Optional.of(address.substring(begin.length()))
        : Optional.empty();
  }

  /// Returns the app's name from an address created by [#eventsOf], [#linesOf] or [#messagesOf];
  /// empty for other addresses.
  public static Optional<String> appOf(String address) {
    return Stream.of(EVENTS + ".", LINES, MESSAGES)
        .filter(begin -> address.startsWith(begin) && address.length() > begin.length())
        .map(begin -> address.substring(begin.length()))
        .findFirst();
  }
}
