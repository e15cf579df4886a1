package io.jpm.bus;

import java.util.Optional;
import java.util.stream.Stream;

/// All addresses of the event bus. Request addresses are named in the singular, publication
/// addresses in the plural.
public final class Addresses {
  /// [io.jpm.bus.god.GodCommand] → [io.jpm.bus.god.GodReply]. Internal.
  public static final String GOD_COMMAND = "jpm.god.command";

  /// [io.jpm.bus.god.StoreCommand] → [io.jpm.bus.god.StoreReply]: the values stored by `jpm set`.
  /// Internal.
  public static final String STORE_COMMAND = "jpm.god.store";

  /// Publication of [io.jpm.bus.god.InstanceEvent]. Internal; History republishes these events as
  /// [#EVENTS] for external subscribers.
  public static final String GOD_EVENTS = "jpm.god.events";

  /// Publication of [io.jpm.bus.god.DaemonEvent] by any component. Internal; History republishes
  /// these events as [#EVENTS] too.
  public static final String DAEMON_EVENTS = "jpm.daemon.events";

  /// Publication of [io.jpm.bus.god.NumberedEvent], after the message on [#EVENTS]. For components
  /// that need God's own event in addition to the external message. Internal.
  public static final String NUMBERED_EVENTS = "jpm.history.events";

  /// [io.jpm.bus.balancer.BalancerCommand] → [io.jpm.bus.balancer.BalancerReply]. Internal.
  public static final String BALANCER_COMMAND = "jpm.balancer.command";

  /// Publication of [io.jpm.bus.balancer.BalancerReport]. Internal.
  public static final String BALANCER_REPORTS = "jpm.balancer.reports";

  /// [io.jpm.bus.daemon.BridgeCommand] → [io.jpm.bus.daemon.BridgeReply]. Internal.
  public static final String BRIDGE_COMMAND = "jpm.bridge.command";

  /// [io.jpm.bus.daemon.HeartbeatCommand] → [io.jpm.bus.daemon.HeartbeatReply]. Internal.
  public static final String HEARTBEAT_COMMAND = "jpm.heartbeat.command";

  /// Publication of [io.jpm.bus.daemon.HeartbeatAck]. Internal.
  public static final String HEARTBEAT_ACKS = "jpm.heartbeat.pulses";

  /// [io.jpm.bus.daemon.DoctorRequest] → [io.jpm.bus.daemon.DoctorReply]. Internal.
  public static final String DOCTOR_COMMAND = "jpm.doctor.command";

  /// [io.jpm.bus.god.HistoryCommand] → [io.jpm.bus.god.HistoryReply]. Internal.
  public static final String HISTORY_COMMAND = "jpm.history.command";

  /// [io.jpm.bus.daemon.KeeperCommand], without a reply. Internal.
  public static final String KEEPER_COMMAND = "jpm.keeper.command";

  /// [io.jpm.bus.logs.LogsCommand] → [io.jpm.bus.logs.LogsReply]. Internal.
  public static final String LOGS_COMMAND = "jpm.logs.command";

  /// Subscriptions to the lines that apps print: [io.jpm.bus.logs.LineLease], answered with
  /// [io.jpm.bus.logs.FlowControlAck] if the sender expects a reply. Internal.
  public static final String LINE_LEASES = "jpm.logs.wanted";

  /// [io.jpm.bus.logs.FlowControlAck], sent to the bridge and returned by it. Internal.
  public static final String BRIDGE_LINES = "jpm.bridge.lines";

  /// [io.jpm.bus.logs.FlowControlAck], sent to Satan and returned by it. Internal.
  public static final String SATAN_LINES = "jpm.satan.lines";

  /// [io.jpm.bus.logs.FlowControlAck], sent to God and returned by it. Internal.
  public static final String GOD_LINES = "jpm.god.lines";

  /// [io.jpm.bus.satan.SatanCommand] → [io.jpm.bus.satan.SatanReply]. Internal.
  public static final String SATAN_COMMAND = "jpm.satan.command";

  /// Subscriptions to [#USAGE]: [io.jpm.bus.satan.UsageLease], without a reply. Internal.
  public static final String USAGE_LEASES = "jpm.satan.wanted";

  /// Publication of [io.jpm.bus.satan.SatanReport]. Internal.
  public static final String SATAN_REPORTS = "jpm.satan.reports";

  /// [io.jpm.bus.daemon.DaemonCommand], without a reply: commands to the daemon as a whole.
  /// Internal.
  public static final String DAEMON_COMMAND = "jpm.daemon.command";

  /// [io.jpm.bus.god.ConfigWatchCommand] → [io.jpm.bus.god.ConfigWatchReply]: the process files
  /// that are applied again when they change. Internal.
  public static final String CONFIG_WATCH_COMMAND = "jpm.configwatch.command";

  /// [io.jpm.bus.access.AccessCommand] → [io.jpm.bus.access.AccessReply]: access tokens of
  /// services. Internal.
  public static final String ACCESS_COMMAND = "jpm.access.command";

  /// Publication of [io.jpm.bus.access.TokenRevoked]. Internal.
  public static final String TOKEN_REVOKED = "jpm.access.revoked";

  /// [io.jpm.bus.daemon.WebCommand] → [io.jpm.bus.daemon.WebReply]. Internal.
  public static final String WEB_COMMAND = "jpm.web.command";

  /// [io.jpm.bus.logs.FlowControlAck], sent to the HTTP server and returned by it. Internal.
  public static final String WEB_LINES = "jpm.web.lines";

  /// [io.jpm.bus.access.AuditRecord], without a reply. Internal.
  public static final String AUDIT = "jpm.audit";

  /// [io.jpm.bus.access.AuditCommand] → [io.jpm.bus.access.AuditReply]. Internal.
  public static final String AUDIT_COMMAND = "jpm.audit.command";

  /// Typed requests from other services → JSON: see `docs/bridge.md`. The header
  /// [io.jpm.wire.RequestCaller#HEADER] identifies the caller; a request without it is not carried
  /// out. Open to clients of the bridge.
  public static final String COMMAND = "jpm.command";

  /// Argument vectors from the command line client → text. Open to clients of the bridge.
  public static final String CONSOLE = "jpm.console";

  /// Every event of any app and of the daemon, numbered and already stored:
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

  /// The result of reading the daemon's settings after an edit: [io.jpm.wire.SettingsMessage] as
  /// JSON. Open to subscribers of the bridge.
  public static final String SETTINGS = "jpm.settings";

  private static final String LINES = "jpm.lines.";
  private static final String MESSAGES = "jpm.messages.";

  private Addresses() {}

  /// Regular expression that matches every address returned by [#eventsOf].
  public static final String EVENTS_OF_ANY_APP = "jpm\\.events\\..+";

  /// Regular expression that matches every address returned by [#messagesOf].
  public static final String MESSAGES_OF_ANY_APP = "jpm\\.messages\\..+";

  /// Regular expression that matches every address returned by [#linesOf].
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

  /// Returns the address for the lines that one app prints: [io.jpm.wire.LinesMessage] as JSON,
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
