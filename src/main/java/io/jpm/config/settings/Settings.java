package io.jpm.config.settings;

import io.jpm.model.Backoff;
import io.jpm.model.FullLogPolicy;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorage;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.StopPolicy;
import io.jpm.model.run.Signal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// The daemon's own settings, as `conf/jpm.json` and `$JPM_HOME/jpm.json` set them. The keys, their
/// limits and defaults are in [SettingKey].
///
/// @param bridge the door for clients
/// @param appDefaults what apps get whose owners are silent
/// @param history what is kept of the past
/// @param heartbeat how the daemon looks after itself
/// @param keeper whether there is to be a keeper
/// @param log the daemon's own log
/// @param logs what the log files of apps may take
/// @param audit where the audit log goes beside its files
public record Settings(
    Bridge bridge,
    AppDefaults appDefaults,
    History history,
    Heartbeat heartbeat,
    boolean keeper,
    Log log,
    Logs logs,
    Audit audit) {
  /// The door for clients.
  ///
  /// @param host address to listen on
  /// @param port port to listen on; 0: any free one
  /// @param authTimeout how long a client may take to show its token
  /// @param maxFrame bytes of the largest message taken
  /// @param slowPeerTimeout a client that takes nothing for this long is cut off
  /// @param maxConnections clients at one time
  /// @param maxSubscriptions subscriptions of one client
  /// @param requestsPerSecond requests of one issued token
  /// @param remote the door for services elsewhere
  public record Bridge(
      String host,
      int port,
      Duration authTimeout,
      int maxFrame,
      Duration slowPeerTimeout,
      int maxConnections,
      int maxSubscriptions,
      int requestsPerSecond,
      Remote remote) {}

  /// The door for services elsewhere, each empty where nothing is said.
  ///
  /// @param host address to listen on
  /// @param port port to listen on; 0: it is closed
  /// @param cert PEM file of its certificates
  /// @param key PEM file of their key
  /// @param keystore PKCS12 file in place of these
  /// @param keystorePasswordFile file with its password
  /// @param clientCa PEM file of who signs clients' certificates
  public record Remote(
      String host,
      int port,
      String cert,
      String key,
      String keystore,
      String keystorePasswordFile,
      String clientCa) {
    /// No such door.
    public static final Remote NONE = new Remote("", 0, "", "", "", "", "");
  }

  /// What is kept of the past.
  ///
  /// @param maxSize bytes of all events together
  public record History(long maxSize) {}

  /// How the daemon looks after itself.
  ///
  /// @param interval the time between two pings of God
  public record Heartbeat(Duration interval) {}

  /// The daemon's own log.
  ///
  /// @param maxSize bytes after which a new file is begun
  /// @param keep older files that are kept
  public record Log(long maxSize, int keep) {}

  /// What the log files of apps may take.
  ///
  /// @param perApp for each app that says nothing else
  /// @param all for all of them together
  public record Logs(LogLimits perApp, LogStorage all) {}

  /// Where the audit log goes beside its files.
  ///
  /// @param syslog unix datagram socket of the system's log, a path or `@name`; empty: none
  public record Audit(String syslog) {}

  /// What holds where no file says anything.
  public static Settings defaults() {
    return of(SettingKey.defaults());
  }

  /// Settings with these values.
  ///
  /// @param values a value for every key, of the class that its type states
  static Settings of(Map<SettingKey, Object> values) {
    return new Values(new EnumMap<>(values)).settings();
  }

  /// Values by key, taken out with their classes.
  private record Values(Map<SettingKey, Object> values) {
    Settings settings() {
      return new Settings(
          bridge(),
          apps(),
          new History(bytes(SettingKey.HISTORY_MAX_SIZE)),
          new Heartbeat(time(SettingKey.HEARTBEAT_INTERVAL)),
          get(SettingKey.KEEPER_ENABLED, Boolean.class),
          new Log(bytes(SettingKey.LOG_MAX_SIZE), number(SettingKey.LOG_KEEP)),
          logs(),
          new Audit(get(SettingKey.AUDIT_SYSLOG, String.class)));
    }

    private Logs logs() {
      return new Logs(
          new LogLimits(
              bytes(SettingKey.LOGS_MAX_SIZE),
              time(SettingKey.LOGS_ROTATE_EVERY),
              number(SettingKey.LOGS_KEEP),
              time(SettingKey.LOGS_MAX_AGE),
              bytes(SettingKey.LOGS_MAX_TOTAL),
              get(SettingKey.LOGS_COMPRESS, Boolean.class),
              get(SettingKey.LOGS_WHEN_FULL, FullLogPolicy.class)),
          new LogStorage(
              bytes(SettingKey.LOGS_TOTAL),
              bytes(SettingKey.LOGS_MIN_FREE),
              bytes(SettingKey.LOGS_BUFFER)));
    }

    private Bridge bridge() {
      return new Bridge(
          get(SettingKey.BRIDGE_HOST, String.class),
          number(SettingKey.BRIDGE_PORT),
          time(SettingKey.BRIDGE_AUTH_TIMEOUT),
          Math.toIntExact(bytes(SettingKey.BRIDGE_MAX_FRAME)),
          time(SettingKey.BRIDGE_SLOW_PEER_TIMEOUT),
          number(SettingKey.BRIDGE_MAX_CONNECTIONS),
          number(SettingKey.BRIDGE_MAX_SUBSCRIPTIONS),
          number(SettingKey.BRIDGE_REQUESTS_PER_SECOND),
          new Remote(
              text(SettingKey.BRIDGE_REMOTE_HOST),
              number(SettingKey.BRIDGE_REMOTE_PORT),
              text(SettingKey.BRIDGE_REMOTE_CERT),
              text(SettingKey.BRIDGE_REMOTE_KEY),
              text(SettingKey.BRIDGE_REMOTE_KEYSTORE),
              text(SettingKey.BRIDGE_REMOTE_KEYSTORE_PASSWORD_FILE),
              text(SettingKey.BRIDGE_REMOTE_CLIENT_CA)));
    }

    private AppDefaults apps() {
      return new AppDefaults(
          new RestartPolicy(
              get(SettingKey.DEFAULTS_AUTORESTART, Boolean.class) ? When.ALWAYS : When.NEVER,
              number(SettingKey.DEFAULTS_MAX_RESTARTS),
              time(SettingKey.DEFAULTS_MIN_UPTIME),
              restartDelay(time(SettingKey.DEFAULTS_RESTART_DELAY)),
              Set.of(),
              RestartWindow.beside(number(SettingKey.DEFAULTS_MAX_RESTARTS))),
          new StopPolicy(
              get(SettingKey.DEFAULTS_KILL_SIGNAL, Signal.class),
              time(SettingKey.DEFAULTS_KILL_TIMEOUT),
              StopPolicy.DEFAULT.wholeTree()),
          CronCheck.FIELDS,
          number(SettingKey.LIMITS_MAX_INSTANCES));
    }

    private static Backoff restartDelay(Duration delay) {
      return delay.isZero() ? Backoff.GRADUAL : new Backoff.Constant(delay);
    }

    private String text(SettingKey key) {
      return get(key, String.class);
    }

    private int number(SettingKey key) {
      return Math.toIntExact(get(key, Long.class));
    }

    private long bytes(SettingKey key) {
      return get(key, Long.class);
    }

    private Duration time(SettingKey key) {
      return get(key, Duration.class);
    }

    private <T> T get(SettingKey key, Class<T> type) {
      Object value = values.get(key);
      if (value == null) {
        throw new IllegalStateException("no value for setting " + key.key());
      }
      return type.cast(value);
    }
  }
}
