package io.jpm.config.settings;

import io.jpm.model.Backoff;
import io.jpm.model.FullLogPolicy;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorageLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Signal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// The daemon's own settings, as set by `conf/jpm.json` and `$JPM_HOME/jpm.json`. [SettingKey]
/// defines the keys, their limits and defaults.
///
/// @param bridge the bridge's listener for clients
/// @param appDefaults the defaults for attributes that apps do not set
/// @param history the event history
/// @param heartbeat the pings sent to God
/// @param keeper whether a keeper is used
/// @param log the daemon's own log
/// @param logs the limits for the log files of apps
/// @param audit the destination of the audit log in addition to its files
public record Settings(
    Bridge bridge,
    AppDefaults appDefaults,
    History history,
    Heartbeat heartbeat,
    boolean keeper,
    Log log,
    Logs logs,
    Audit audit) {
  /// The bridge's listener for clients.
  ///
  /// @param host the address to listen on
  /// @param port the port to listen on; 0 for any free port
  /// @param authTimeout the time within which a client must authenticate
  /// @param maxFrame the maximum size of a message in bytes
  /// @param slowPeerTimeout the time after which a client that reads nothing is disconnected
  /// @param maxConnections the maximum number of simultaneous clients
  /// @param maxSubscriptions the maximum number of subscriptions per client
  /// @param requestsPerSecond the maximum number of requests per second for each issued token
  /// @param remote the listener for services on other machines
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

  /// The listener for services on other machines. A text that is not set is empty.
  ///
  /// @param host the address to listen on
  /// @param port the port to listen on; 0 disables the listener
  /// @param cert the PEM file with the server's certificates
  /// @param key the PEM file with the private key
  /// @param keystore the PKCS12 file that replaces `cert` and `key`
  /// @param keystorePasswordFile the file with the password of the keystore
  /// @param clientCa the PEM file of the authority that signs client certificates
  public record Remote(
      String host,
      int port,
      String cert,
      String key,
      String keystore,
      String keystorePasswordFile,
      String clientCa) {
    /// The listener is disabled.
    public static final Remote NONE = new Remote("", 0, "", "", "", "", "");
  }

  /// The event history.
  ///
  /// @param maxSize the total size of all events in bytes
  public record History(long maxSize) {}

  /// The pings sent to God.
  ///
  /// @param interval the time between two pings
  public record Heartbeat(Duration interval) {}

  /// The daemon's own log.
  ///
  /// @param maxSize the size in bytes at which the file is rotated
  /// @param keep the number of rotated files that are kept
  public record Log(long maxSize, int keep) {}

  /// The limits for the log files of apps.
  ///
  /// @param perApp the limits for an app that sets none itself
  /// @param all the limits for all apps together
  public record Logs(LogLimits perApp, LogStorageLimits all) {}

  /// The destination of the audit log in addition to its files.
  ///
  /// @param syslog the Unix datagram socket of the system log, a path or `@name`; empty for none
  public record Audit(String syslog) {}

  /// Returns the default values of all settings.
  public static Settings defaults() {
    return of(SettingKey.defaults());
  }

  /// Creates settings from `values`.
  ///
  /// @param values the value of every key, of the Java type that [SettingKey#read] returns
  static Settings of(Map<SettingKey, Object> values) {
    return new Values(new EnumMap<>(values)).settings();
  }

  /// Provides access to the values by key, cast to their classes.
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
          new LogStorageLimits(
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
              RestartWindow.forMaxRestarts(number(SettingKey.DEFAULTS_MAX_RESTARTS))),
          new StopPolicy(
              get(SettingKey.DEFAULTS_KILL_SIGNAL, Signal.class),
              time(SettingKey.DEFAULTS_KILL_TIMEOUT),
              StopPolicy.DEFAULT.wholeTree()),
          CronValidator.FIELDS,
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
