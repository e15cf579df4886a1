package io.jpm.bus;

import java.util.Optional;
import java.util.stream.Stream;

/// The one list of event-bus addresses: commands in the singular, publications in the plural.
public final class Addresses {
  /// [io.jpm.bus.god.GodCommand] → [io.jpm.bus.god.GodReply]. Internal.
  public static final String GOD_COMMAND = "jpm.god.command";

  /// [io.jpm.bus.god.StoreCommand] → [io.jpm.bus.god.StoreReply]: what `jpm set` has stored.
  /// Internal.
  public static final String STORE_COMMAND = "jpm.god.store";

  /// Publication of [io.jpm.bus.god.InstanceEvent]. Internal; History makes [#EVENTS] of it for the
  /// outside.
  public static final String GOD_EVENTS = "jpm.god.events";

  /// Publication of [io.jpm.bus.god.DaemonEvent], by any room. Internal; History makes [#EVENTS] of
  /// it too.
  public static final String DAEMON_EVENTS = "jpm.daemon.events";

  /// Publication of [io.jpm.bus.god.NumberedEvent], after [#EVENTS], for rooms that need what God
  /// knows beside what the outside is told. Internal.
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
  public static final String PULSES = "jpm.heartbeat.pulses";

  /// [io.jpm.bus.daemon.DoctorCommand] → [io.jpm.bus.daemon.DoctorReply]. Internal.
  public static final String DOCTOR_COMMAND = "jpm.doctor.command";

  /// [io.jpm.bus.god.HistoryCommand] → [io.jpm.bus.god.HistoryReply]. Internal.
  public static final String HISTORY_COMMAND = "jpm.history.command";

  /// [io.jpm.bus.daemon.KeeperCommand], not answered. Internal.
  public static final String KEEPER_COMMAND = "jpm.keeper.command";

  /// [io.jpm.bus.logs.LogsCommand] → [io.jpm.bus.logs.LogsReply]. Internal.
  public static final String LOGS_COMMAND = "jpm.logs.command";

  /// [io.jpm.bus.logs.LineLease] → [io.jpm.bus.logs.FlowControlAck], where asked for: who listens
  /// to what apps print. Internal.
  public static final String LINES_WANTED = "jpm.logs.wanted";

  /// Where the bridge is asked [io.jpm.bus.logs.FlowControlAck]. Internal.
  public static final String BRIDGE_LINES = "jpm.bridge.lines";

  /// Where Satan is asked [io.jpm.bus.logs.FlowControlAck]. Internal.
  public static final String SATAN_LINES = "jpm.satan.lines";

  /// Where God is asked [io.jpm.bus.logs.FlowControlAck]. Internal.
  public static final String GOD_LINES = "jpm.god.lines";

  /// [io.jpm.bus.satan.SatanCommand] → [io.jpm.bus.satan.SatanReply]. Internal.
  public static final String SATAN_COMMAND = "jpm.satan.command";

  /// [io.jpm.bus.satan.UsageDemand], not answered: who listens to [#USAGE]. Internal.
  public static final String USAGE_WANTED = "jpm.satan.wanted";

  /// Publication of [io.jpm.bus.satan.SatanReport]. Internal.
  public static final String SATAN_REPORTS = "jpm.satan.reports";

  /// [io.jpm.bus.daemon.DaemonCommand], answered with nothing: the daemon as a whole. Internal.
  public static final String DAEMON_COMMAND = "jpm.daemon.command";

  /// [io.jpm.bus.god.ConfigWatchCommand] → [io.jpm.bus.god.ConfigWatchReply]: process files that
  /// are read again when they change. Internal.
  public static final String CONFIG_WATCH_COMMAND = "jpm.configwatch.command";

  /// [io.jpm.bus.access.AccessCommand] → [io.jpm.bus.access.AccessReply]: the tokens of services.
  /// Internal.
  public static final String ACCESS_COMMAND = "jpm.access.command";

  /// Publication of [io.jpm.bus.access.TokenRevoked]. Internal.
  public static final String TOKEN_REVOKED = "jpm.access.revoked";

  /// [io.jpm.bus.daemon.WebCommand] → [io.jpm.bus.daemon.WebReply]. Internal.
  public static final String WEB_COMMAND = "jpm.web.command";

  /// Where the HTTP side is asked [io.jpm.bus.logs.FlowControlAck]. Internal.
  public static final String WEB_LINES = "jpm.web.lines";

  /// [io.jpm.bus.access.AuditRecord], not answered. Internal.
  public static final String AUDIT = "jpm.audit";

  /// [io.jpm.bus.access.AuditCommand] → [io.jpm.bus.access.AuditReply]. Internal.
  public static final String AUDIT_COMMAND = "jpm.audit.command";

  /// Typed requests of other services → JSON: `docs/bridge.md`. Who asks stands in the header
  /// [io.jpm.wire.RequestCaller#HEADER]; without it nothing is done. Open to the bridge.
  public static final String COMMAND = "jpm.command";

  /// Argument vectors of the thin client → text. Open to the bridge.
  public static final String CONSOLE = "jpm.console";

  /// Everything that happens to any app and to the daemon itself, numbered and kept already:
  /// [io.jpm.wire.EventMessage] as JSON. Open to the bridge's subscribers.
  public static final String EVENTS = "jpm.events";

  /// What ClusterBalancer counts where connections pass through the daemon, each second in which
  /// something has changed: `{"v":1,"app":…,"instances":[{"id":…,"connections":…,…}]}`. Open to the
  /// bridge's subscribers.
  public static final String BALANCE = "jpm.balance";

  /// What all apps and the machine use, every second while there is a
  /// [io.jpm.bus.satan.UsageDemand]: [io.jpm.wire.UsageMessage] as JSON. Open to the bridge's
  /// subscribers.
  public static final String USAGE = "jpm.usage";

  /// What has become of an edit of the daemon's settings: [io.jpm.wire.SettingsMessage] as JSON.
  /// Open to the bridge's subscribers.
  public static final String SETTINGS = "jpm.settings";

  private static final String LINES = "jpm.lines.";
  private static final String MESSAGES = "jpm.messages.";

  private Addresses() {}

  /// A pattern of all addresses that [#eventsOf] gives.
  public static final String EVENTS_OF_ANY_APP = "jpm\\.events\\..+";

  /// A pattern of all addresses that [#messagesOf] gives.
  public static final String MESSAGES_OF_ANY_APP = "jpm\\.messages\\..+";

  /// A pattern of all addresses that [#linesOf] gives.
  public static final String LINES_OF_ANY_APP = "jpm\\.lines\\..+";

  /// What one app sends over its channel beside what jpm understands itself, JSON. Open to the
  /// bridge's subscribers.
  ///
  /// @param app the app's name
  public static String messagesOf(String app) {
    return MESSAGES + app;
  }

  /// What happens to one app, as in [#EVENTS]. Open to the bridge's subscribers.
  ///
  /// @param app the app's name
  public static String eventsOf(String app) {
    return EVENTS + "." + app;
  }

  /// The app of an address that [#eventsOf] gives; empty for other addresses.
  public static Optional<String> appOfEvents(String address) {
    return restOf(address, EVENTS + ".");
  }

  /// What one app prints: [io.jpm.wire.LinesMessage] as JSON, while there is a
  /// [io.jpm.bus.logs.LineLease] of it. Open to the bridge's subscribers.
  ///
  /// @param app the app's name
  public static String linesOf(String app) {
    return LINES + app;
  }

  /// The app of an address that [#linesOf] gives; empty for other addresses.
  public static Optional<String> appOfLines(String address) {
    return restOf(address, LINES);
  }

  private static Optional<String> restOf(String address, String begin) {
    return address.startsWith(begin) && address.length() > begin.length()
        ? Optional.of(address.substring(begin.length()))
        : Optional.empty();
  }

  /// The app of an address that [#eventsOf], [#linesOf] or [#messagesOf] gives; empty for other
  /// addresses.
  public static Optional<String> appOf(String address) {
    return Stream.of(EVENTS + ".", LINES, MESSAGES)
        .filter(begin -> address.startsWith(begin) && address.length() > begin.length())
        .map(begin -> address.substring(begin.length()))
        .findFirst();
  }
}
