package io.jpm.config.settings;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Durations;
import io.jpm.config.values.LogLimitParser;
import io.jpm.config.values.Sizes;
import io.jpm.model.InstanceSettings;
import io.jpm.model.process.Signal;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// The catalogue of the daemon's settings: every key of `jpm.json`, as `<group>.<name>`, with its
/// limits, its default, and the time at which a change takes effect. `docs/settings.md` is
/// generated from this catalogue. The file `conf/jpm.json` lists the same settings; a test compares
/// them.
public enum SettingKey {
  BRIDGE_HOST(
      "bridge.host", Effect.RESTART, Type.TEXT, "127.0.0.1", "address on which the bridge listens"),
  BRIDGE_PORT(
      "bridge.port", Effect.RESTART, 0, 65_535, "0", "port of the bridge; 0 selects any free port"),
  BRIDGE_AUTH_TIMEOUT(
      "bridge.auth_timeout",
      Effect.RESTART,
      Type.POSITIVE_DURATION,
      "2s",
      "time within which a client must present its token"),
  BRIDGE_MAX_FRAME(
      "bridge.max_frame",
      Effect.RESTART,
      Type.FRAME_SIZE,
      "8M",
      "maximum frame size on connections with the owner's token"),
  BRIDGE_SLOW_PEER_TIMEOUT(
      "bridge.slow_peer_timeout",
      Effect.RESTART,
      Type.POSITIVE_DURATION,
      "30s",
      "time after which a client that reads nothing is disconnected"),
  BRIDGE_MAX_CONNECTIONS(
      "bridge.max_connections",
      Effect.RESTART,
      1,
      65_536,
      "1024",
      "maximum number of simultaneous connections"),
  BRIDGE_MAX_SUBSCRIPTIONS(
      "bridge.max_subscriptions",
      Effect.RESTART,
      1,
      65_536,
      "1000",
      "maximum number of subscriptions per connection"),
  BRIDGE_REQUESTS_PER_SECOND(
      "bridge.requests_per_second",
      Effect.RESTART,
      1,
      1_000_000,
      "200",
      "maximum number of requests per second for each token; the bridge and HTTP count separately"),
  BRIDGE_REMOTE_HOST(
      "bridge.remote.host",
      Effect.RESTART,
      Type.OPTIONAL_TEXT,
      "",
      "address on which the bridge accepts TLS connections from services on other machines"),
  BRIDGE_REMOTE_PORT(
      "bridge.remote.port",
      Effect.RESTART,
      0,
      65_535,
      "0",
      "port for services on other machines; 0 disables the listener"),
  BRIDGE_REMOTE_CERT(
      "bridge.remote.cert",
      Effect.RESTART,
      Type.OPTIONAL_TEXT,
      "",
      "PEM file with the server's certificates; a renewed file is loaded within seconds"),
  BRIDGE_REMOTE_KEY(
      "bridge.remote.key", Effect.RESTART, Type.OPTIONAL_TEXT, "", "PEM file with the private key"),
  BRIDGE_REMOTE_KEYSTORE(
      "bridge.remote.keystore",
      Effect.RESTART,
      Type.OPTIONAL_TEXT,
      "",
      "PKCS12 file that replaces cert and key"),
  BRIDGE_REMOTE_KEYSTORE_PASSWORD_FILE(
      "bridge.remote.keystore_password_file",
      Effect.RESTART,
      Type.OPTIONAL_TEXT,
      "",
      "file that contains the password of the keystore"),
  BRIDGE_REMOTE_CLIENT_CA(
      "bridge.remote.client_ca",
      Effect.RESTART,
      Type.OPTIONAL_TEXT,
      "",
      "PEM file of the CA for client certificates; if set, clients must present a certificate"),

  DEFAULTS_AUTORESTART(
      "defaults.autorestart", Effect.LIVE, Type.BOOLEAN, "true", "restart apps after they exit"),
  DEFAULTS_MAX_RESTARTS(
      "defaults.max_restarts",
      Effect.LIVE,
      0,
      Integer.MAX_VALUE,
      "16",
      "number of consecutive unstable exits after which an app becomes errored"),
  DEFAULTS_MIN_UPTIME(
      "defaults.min_uptime",
      Effect.LIVE,
      Type.DURATION,
      "1s",
      "uptime below which an exit counts as unstable"),
  DEFAULTS_RESTART_DELAY(
      "defaults.restart_delay",
      Effect.LIVE,
      Type.DURATION,
      "0s",
      "delay before an app is restarted"),
  DEFAULTS_KILL_TIMEOUT(
      "defaults.kill_timeout",
      Effect.LIVE,
      Type.DURATION,
      "1600ms",
      "time between the stop signal and SIGKILL"),
  DEFAULTS_KILL_SIGNAL(
      "defaults.kill_signal",
      Effect.LIVE,
      Type.SIGNAL,
      "SIGINT",
      "signal that asks an app to stop"),

  HISTORY_MAX_SIZE(
      "history.max_size",
      Effect.RESTART,
      Type.SIZE,
      "8M",
      "maximum total size of the stored events; the oldest are deleted first"),
  HEARTBEAT_INTERVAL(
      "heartbeat.interval",
      Effect.LIVE,
      Type.PACE,
      "10s",
      "interval at which the health of the daemon is checked"),
  KEEPER_ENABLED(
      "keeper.enabled",
      Effect.RESTART,
      Type.BOOLEAN,
      "true",
      "run a keeper: a process that keeps log pipes open and restarts a crashed daemon"),

  LIMITS_MAX_INSTANCES(
      "limits.max_instances",
      Effect.LIVE,
      1,
      InstanceSettings.MOST,
      "1000",
      "maximum number of instances of an app"),

  LOG_MAX_SIZE("log.max_size", Effect.LIVE, Type.SIZE, "10M", "size at which jpm.log is rotated"),
  LOG_KEEP("log.keep", Effect.LIVE, 0, 1_000, "5", "number of rotated jpm.log files to keep"),

  LOGS_MAX_SIZE(
      "logs.max_size",
      Effect.LIVE,
      Type.LIMIT_SIZE,
      "50M",
      "size at which a log file of an app is rotated"),
  LOGS_ROTATE_EVERY(
      "logs.rotate_every",
      Effect.LIVE,
      Type.LIMIT_TIME,
      "7d",
      "age of the first line of a log file at which the file is rotated"),
  LOGS_KEEP(
      "logs.keep",
      Effect.LIVE,
      Type.LIMIT_COUNT,
      "20",
      "number of rotated files to keep for each log file"),
  LOGS_MAX_AGE(
      "logs.max_age",
      Effect.LIVE,
      Type.LIMIT_TIME,
      "90d",
      "age at which a rotated file is deleted"),
  LOGS_MAX_TOTAL(
      "logs.max_total",
      Effect.LIVE,
      Type.LIMIT_SIZE,
      "1G",
      "maximum total size of the log files of one app; the oldest are deleted first"),
  LOGS_COMPRESS(
      "logs.compress", Effect.LIVE, Type.BOOLEAN, "true", "compress rotated files with gzip"),
  LOGS_WHEN_FULL(
      "logs.when_full",
      Effect.LIVE,
      Type.WHEN_FULL,
      "drop_oldest",
      "behavior when the disk is full: drop lines, or block the app"),
  LOGS_TOTAL(
      "logs.total",
      Effect.LIVE,
      Type.LIMIT_SIZE,
      "10G",
      "maximum total size of the log files of all apps"),
  LOGS_MIN_FREE(
      "logs.min_free",
      Effect.LIVE,
      Type.LIMIT_SIZE,
      "100M",
      "space that log files must leave free on each disk"),
  LOGS_BUFFER(
      "logs.buffer",
      Effect.LIVE,
      Type.BUFFER_SIZE,
      "32M",
      "maximum memory for output that has not been written to the disk yet"),

  AUDIT_SYSLOG(
      "audit.syslog",
      Effect.LIVE,
      Type.OPTIONAL_TEXT,
      "",
      "syslog socket to which audit records are also sent, such as /dev/log");

  /// When a change to a setting takes effect.
  public enum Effect {
    /// Immediately, in the running daemon. Defaults for apps are applied when an app is read, so
    /// `defaults` affect apps that are started, planned or applied after the change.
    LIVE("in effect", "at once"),
    /// At the next start of the daemon, for example with `jpm update`. Restarting the daemon does
    /// not affect apps.
    RESTART("takes effect at the next start of the daemon (run jpm update)", "next start");

    private final String told;
    private final String shown;

    Effect(String told, String shown) {
      this.told = told;
      this.shown = shown;
    }

    /// Returns the text that follows the setting in the message about a change.
    public String notice() {
      return told;
    }

    /// Returns a short label for a table.
    public String label() {
      return shown;
    }
  }

  /// The type of a value, with a description for users.
  public enum Type {
    TEXT("text"),
    OPTIONAL_TEXT("text, or \"\" for none"),
    BOOLEAN("true or false"),
    NUMBER("a whole number"),
    DURATION("a duration with a unit, such as 500ms, 10s, 5m or 1h"),
    POSITIVE_DURATION("a duration of 1ms or more, such as 500ms, 10s, 5m or 1h"),
    PACE("a duration from 1s to 1h"),
    SIZE("a size of 64K or more, such as 16M or 1G"),
    FRAME_SIZE("a size from 64K to 1G"),
    SIGNAL("the name or number of a signal"),
    LIMIT_SIZE(LogLimitParser.SIZE),
    LIMIT_TIME(LogLimitParser.TIME),
    LIMIT_COUNT(LogLimitParser.COUNT),
    BUFFER_SIZE("a size from 1M to 1G"),
    WHEN_FULL(LogLimitParser.WHEN_FULL);

    private final String form;

    Type(String form) {
      this.form = form;
    }

    /// Returns a description of the allowed values.
    public String form() {
      return form;
    }
  }

  private static final Duration SHORTEST_PACE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PACE = Duration.ofHours(1);
  private static final long SMALLEST_SIZE = 64L << 10;
  private static final long LARGEST_FRAME = 1L << 30;
  private static final long SMALLEST_BUFFER = 1L << 20;
  private static final long LARGEST_BUFFER = 1L << 30;

  private final String key;
  private final Effect effect;
  private final Type type;
  private final long min;
  private final long max;
  private final String defaultText;
  private final String doc;

  SettingKey(String key, Effect effect, Type type, String defaultText, String doc) {
    this.key = key;
    this.effect = effect;
    this.type = type;
    this.min = 0;
    this.max = 0;
    this.defaultText = defaultText;
    this.doc = doc;
  }

  SettingKey(String key, Effect effect, long min, long max, String defaultText, String doc) {
    this.key = key;
    this.effect = effect;
    this.type = Type.NUMBER;
    this.min = min;
    this.max = max;
    this.defaultText = defaultText;
    this.doc = doc;
  }

  /// Returns the key with the full name `text`, such as `bridge.port`.
  public static Optional<SettingKey> named(String text) {
    return Arrays.stream(values()).filter(key -> key.key.equals(text)).findFirst();
  }

  /// Returns the names of all groups, in the order of the catalogue.
  public static List<String> groups() {
    return Arrays.stream(values()).map(SettingKey::group).distinct().toList();
  }

  static Map<SettingKey, Object> defaults() {
    Map<SettingKey, Object> values = new EnumMap<>(SettingKey.class);
    for (SettingKey key : values()) {
      ConfigNode written =
          switch (key.type) {
            case NUMBER -> new ConfigNode.Num(0, key.defaultText);
            case BOOLEAN -> new ConfigNode.Bool(0, key.defaultText.equals("true"));
            case TEXT,
                OPTIONAL_TEXT,
                DURATION,
                POSITIVE_DURATION,
                PACE,
                SIZE,
                FRAME_SIZE,
                SIGNAL,
                LIMIT_SIZE,
                LIMIT_TIME,
                LIMIT_COUNT,
                BUFFER_SIZE,
                WHEN_FULL ->
                new ConfigNode.Text(0, key.defaultText);
          };
      values.put(key, key.read(written).orElseThrow());
    }
    return values;
  }

  /// Converts a value to this key's type: String, Boolean, Long (for numbers and bytes), Duration,
  /// Signal or FullLogPolicy; empty if it is invalid.
  Optional<Object> read(ConfigNode configNode) {
    return switch (type) {
      case TEXT ->
          text(configNode).filter(text -> !text.isBlank() && text.indexOf('\0') < 0).map(t -> t);
      case OPTIONAL_TEXT ->
          text(configNode).filter(text -> text.indexOf('\0') < 0).map(String::strip);
      case BOOLEAN ->
          configNode instanceof ConfigNode.Bool bool ? Optional.of(bool.value()) : Optional.empty();
      case NUMBER -> within(AttributeReader.whole(configNode), min, max);
      case DURATION -> text(configNode).flatMap(Durations::parse).map(time -> time);
      case POSITIVE_DURATION ->
          text(configNode).flatMap(Durations::parse).filter(Duration::isPositive).map(time -> time);
      case PACE ->
          text(configNode)
              .flatMap(Durations::parse)
              .filter(time -> time.compareTo(SHORTEST_PACE) >= 0)
              .filter(time -> time.compareTo(LONGEST_PACE) <= 0)
              .map(time -> time);
      case SIZE -> size(configNode, SMALLEST_SIZE, Long.MAX_VALUE);
      case FRAME_SIZE -> size(configNode, SMALLEST_SIZE, LARGEST_FRAME);
      case BUFFER_SIZE -> size(configNode, SMALLEST_BUFFER, LARGEST_BUFFER);
      case LIMIT_SIZE -> LogLimitParser.size(configNode).map(bytes -> bytes);
      case LIMIT_TIME -> LogLimitParser.time(configNode).map(time -> time);
      case LIMIT_COUNT -> LogLimitParser.count(configNode).map(Integer::longValue);
      case WHEN_FULL -> LogLimitParser.whenFull(configNode).map(rule -> rule);
      case SIGNAL -> ConfigNode.scalarText(configNode).flatMap(Signal::parse).map(signal -> signal);
    };
  }

  private static Optional<Object> size(ConfigNode configNode, long smallest, long largest) {
    return within(
        text(configNode).map(Sizes::parse).orElse(OptionalLong.empty()), smallest, largest);
  }

  private static Optional<String> text(ConfigNode configNode) {
    return configNode instanceof ConfigNode.Text text
        ? Optional.of(text.value())
        : Optional.empty();
  }

  private static Optional<Object> within(OptionalLong value, long min, long max) {
    return value.isPresent() && value.getAsLong() >= min && value.getAsLong() <= max
        ? Optional.of(value.getAsLong())
        : Optional.empty();
  }

  /// Returns the full name of the key, such as `bridge.port`.
  public String key() {
    return key;
  }

  /// Returns the object that contains the key: `bridge`, or the nested object `bridge.remote`.
  public String group() {
    return key.substring(0, key.lastIndexOf('.'));
  }

  /// Returns the key's name within that object, such as `port`.
  public String nameInGroup() {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /// Returns when a change to the setting takes effect.
  public Effect effect() {
    return effect;
  }

  /// Returns the type of the value.
  public Type type() {
    return type;
  }

  /// Returns a description of the allowed values, including the limits.
  public String form() {
    if (type != Type.NUMBER) {
      return type.form();
    }
    return max == Integer.MAX_VALUE
        ? "a whole number of %d or more".formatted(min)
        : "a whole number from %d to %d".formatted(min, max);
  }

  /// Returns the default as written in the file, without quotes.
  public String defaultText() {
    return defaultText;
  }

  /// Returns the one-line description for the reference.
  public String doc() {
    return doc;
  }
}
