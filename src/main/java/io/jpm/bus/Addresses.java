package io.jpm.bus;

import java.util.Optional;
import java.util.stream.Stream;

/// The one list of event-bus addresses: commands in the singular, publications in the plural.
public final class Addresses {
  /// [GodCommand] → [GodReply]. Internal.
  public static final String GOD_COMMAND = "jpm.god.command";

  /// [StoreCommand] → [StoreReply]: what `jpm set` has stored. Internal.
  public static final String STORE_COMMAND = "jpm.god.store";

  /// Publication of [InstanceEvent]. Internal; History makes [#EVENTS] of it for the outside.
  public static final String GOD_EVENTS = "jpm.god.events";

  /// Publication of [DaemonEvent], by any room. Internal; History makes [#EVENTS] of it too.
  public static final String DAEMON_EVENTS = "jpm.daemon.events";

  /// [BalancerCommand] → [BalancerReply]. Internal.
  public static final String BALANCER_COMMAND = "jpm.balancer.command";

  /// Publication of [BalancerReport]. Internal.
  public static final String BALANCER_REPORTS = "jpm.balancer.reports";

  /// [BridgeCommand] → [BridgeReply]. Internal.
  public static final String BRIDGE_COMMAND = "jpm.bridge.command";

  /// [HeartbeatCommand] → [HeartbeatReply]. Internal.
  public static final String HEARTBEAT_COMMAND = "jpm.heartbeat.command";

  /// Publication of [Pulse]. Internal.
  public static final String PULSES = "jpm.heartbeat.pulses";

  /// [DoctorCommand] → [DoctorReply]. Internal.
  public static final String DOCTOR_COMMAND = "jpm.doctor.command";

  /// [HistoryCommand] → [HistoryReply]. Internal.
  public static final String HISTORY_COMMAND = "jpm.history.command";

  /// [KeeperCommand], not answered. Internal.
  public static final String KEEPER_COMMAND = "jpm.keeper.command";

  /// [LogsCommand] → [LogsReply]. Internal.
  public static final String LOGS_COMMAND = "jpm.logs.command";

  /// [LinesWanted] → [LinesTold], where asked for: who listens to what apps print. Internal.
  public static final String LINES_WANTED = "jpm.logs.wanted";

  /// Where the bridge is asked [LinesTold]. Internal.
  public static final String BRIDGE_LINES = "jpm.bridge.lines";

  /// Where Satan is asked [LinesTold]. Internal.
  public static final String SATAN_LINES = "jpm.satan.lines";

  /// Where God is asked [LinesTold]. Internal.
  public static final String GOD_LINES = "jpm.god.lines";

  /// [SatanCommand] → [SatanReply]. Internal.
  public static final String SATAN_COMMAND = "jpm.satan.command";

  /// [UsageWanted], not answered: who listens to [#USAGE]. Internal.
  public static final String USAGE_WANTED = "jpm.satan.wanted";

  /// Publication of [SatanReport]. Internal.
  public static final String SATAN_REPORTS = "jpm.satan.reports";

  /// [DaemonCommand], answered with nothing: the daemon as a whole. Internal.
  public static final String DAEMON_COMMAND = "jpm.daemon.command";

  /// [HotCommand] → [HotReply]: process files that are read again when they change. Internal.
  public static final String HOT_COMMAND = "jpm.hot.command";

  /// [RightsCommand] → [RightsReply]: the tokens of services. Internal.
  public static final String RIGHTS_COMMAND = "jpm.rights.command";

  /// Publication of [RightsEnded]. Internal.
  public static final String RIGHTS_ENDED = "jpm.rights.ended";

  /// [WebCommand] → [WebReply]. Internal.
  public static final String WEB_COMMAND = "jpm.web.command";

  /// Where the HTTP side is asked [LinesTold]. Internal.
  public static final String WEB_LINES = "jpm.web.lines";

  /// [Audited], not answered. Internal.
  public static final String AUDIT = "jpm.audit";

  /// Typed requests of other services → JSON: `docs/bridge.md`. Who asks stands in the header
  /// [io.jpm.wire.Caller#HEADER]; without it nothing is done. Open to the bridge.
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

  /// What all apps and the machine use, every second while there is a [UsageWanted]:
  /// [io.jpm.wire.UsageMessage] as JSON. Open to the bridge's subscribers.
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

  /// What one app prints: [io.jpm.wire.LinesMessage] as JSON, while there is a [LinesWanted] of it.
  /// Open to the bridge's subscribers.
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
