package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.LogLimitParser;
import io.jpm.model.LogLimits;
import io.jpm.spec.AppKey;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Reads the limits that an app sets for its log files (`logs`).
final class LogLimitRules {
  private static final String MAX_SIZE = "max_size";
  private static final String ROTATE_EVERY = "rotate_every";
  private static final String KEEP = "keep";
  private static final String MAX_AGE = "max_age";
  private static final String MAX_TOTAL = "max_total";
  private static final String COMPRESS = "compress";
  private static final String WHEN_FULL = "when_full";
  private static final List<String> PARTS =
      List.of(MAX_SIZE, ROTATE_EVERY, KEEP, MAX_AGE, MAX_TOTAL, COMPRESS, WHEN_FULL);

  private final AttributeReader attributeReader;
  private final Map<String, ConfigNode.Member> written = new HashMap<>();

  LogLimitRules(AttributeReader attributeReader) {
    this.attributeReader = attributeReader;
  }

  /// Reads the limits. Must be called at most once.
  LogLimits.Overrides read() {
    attributeReader.node(AppKey.LOGS).ifPresent(this::sort);
    return new LogLimits.Overrides(
        part(MAX_SIZE, LogLimitParser.SIZE, LogLimitParser::size),
        part(ROTATE_EVERY, LogLimitParser.TIME, LogLimitParser::time),
        part(KEEP, LogLimitParser.COUNT, LogLimitParser::count),
        part(MAX_AGE, LogLimitParser.TIME, LogLimitParser::time),
        part(MAX_TOTAL, LogLimitParser.SIZE, LogLimitParser::size),
        part(COMPRESS, "true or false", LogLimitParser::flag),
        part(WHEN_FULL, LogLimitParser.WHEN_FULL, LogLimitParser::whenFull));
  }

  private void sort(ConfigNode configNode) {
    if (!(configNode instanceof ConfigNode.Obj object)) {
      attributeReader.refuse(
          AppKey.LOGS,
          configNode.displayText()
              + " is not an object: use {\"max_size\": \"50M\", \"keep\": 10}");
      return;
    }
    for (ConfigNode.Member member : object.members()) {
      String name = snakeCase(member.key());
      if (!PARTS.contains(name)) {
        attributeReader.refusePart(
            AppKey.LOGS, member.value(), "", AttributeReader.unknown(member.key(), PARTS));
        continue;
      }
      ConfigNode.Member earlier = written.putIfAbsent(name, member);
      if (earlier != null) {
        attributeReader.refusePart(
            AppKey.LOGS,
            member.value(),
            "." + member.key(),
            "is already set as \"" + earlier.key() + "\": keep only one of the two keys");
      }
    }
  }

  private static String snakeCase(String key) {
    return key.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  private <T> Optional<T> part(
      String name, String form, Function<ConfigNode, Optional<T>> reading) {
    ConfigNode.Member member = written.get(name);
    if (member == null || member.value() instanceof ConfigNode.Nil) {
      return Optional.empty();
    }
    Optional<T> value = reading.apply(member.value());
    if (value.isEmpty()) {
      attributeReader.refusePart(
          AppKey.LOGS,
          member.value(),
          "." + member.key(),
          member.value().displayText() + " is not valid: use " + form);
    }
    return value;
  }
}
