package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Durations;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import io.jpm.spec.AppKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads the probes of an app: `startup`, `readiness` and `liveness`.
final class HealthProbesReader {
  /// The default time within which an app with probes must become ready.
  static final Duration READY_TIMEOUT = Duration.ofSeconds(60);

  private static final String INTERVAL = "interval";
  private static final String TIMEOUT = "timeout";
  private static final String FAILURES = "failures";
  private static final String SUCCESSES = "successes";
  private static final String DELAY = "delay";
  private static final List<String> STARTUP_KEYS = List.of(INTERVAL, TIMEOUT);
  private static final List<String> PROBE_KEYS =
      List.of(INTERVAL, TIMEOUT, FAILURES, SUCCESSES, DELAY);

  private static final Duration STARTUP_INTERVAL = Duration.ofMillis(500);
  private static final ProbeHandler.ProbeTiming READINESS =
      new ProbeHandler.ProbeTiming(
          Duration.ofSeconds(5), Duration.ofSeconds(2), 3, 1, Duration.ZERO);
  private static final ProbeHandler.ProbeTiming LIVENESS =
      new ProbeHandler.ProbeTiming(
          Duration.ofSeconds(10), Duration.ofSeconds(2), 3, 1, Duration.ZERO);

  private final AttributeReader attributeReader;

  HealthProbesReader(AttributeReader attributeReader) {
    this.attributeReader = attributeReader;
  }

  HealthProbes read() {
    return new HealthProbes(
        startup(), probe(AppKey.READINESS, READINESS), probe(AppKey.LIVENESS, LIVENESS));
  }

  private Optional<HealthProbes.StartupProbe> startup() {
    AppKey key = AppKey.STARTUP;
    return object(key, STARTUP_KEYS)
        .flatMap(object -> {
          Duration interval = time(key, object, INTERVAL, STARTUP_INTERVAL, false);
          Duration within = time(key, object, TIMEOUT, READY_TIMEOUT, false);
          return new ProbeHandlerReader(attributeReader, key)
              .read(object)
              .map(probeHandler -> new HealthProbes.StartupProbe(probeHandler, interval, within));
        });
  }

  private Optional<HealthProbes.Probe> probe(AppKey key, ProbeHandler.ProbeTiming usual) {
    return object(key, PROBE_KEYS)
        .flatMap(object -> {
          var probeTiming =
              new ProbeHandler.ProbeTiming(
                  time(key, object, INTERVAL, usual.interval(), false),
                  time(key, object, TIMEOUT, usual.timeout(), false),
                  count(key, object, FAILURES, usual.failures()),
                  count(key, object, SUCCESSES, usual.successes()),
                  time(key, object, DELAY, usual.delay(), true));
          return new ProbeHandlerReader(attributeReader, key)
              .read(object)
              .map(probeHandler -> new HealthProbes.Probe(probeHandler, probeTiming));
        });
  }

  private Optional<ConfigNode.Obj> object(AppKey key, List<String> parts) {
    Optional<ConfigNode> node = attributeReader.node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (!(node.get() instanceof ConfigNode.Obj object)) {
      attributeReader.refuse(
          key,
          node.get().displayText()
              + " is not an object: use {\"http\": \"http://127.0.0.1:${PORT}/\"}");
      return Optional.empty();
    }
    List<String> known = new ArrayList<>(ProbeHandlerReader.KINDS);
    known.addAll(parts);
    for (ConfigNode.Member member : object.members()) {
      if (!known.contains(member.key())) {
        attributeReader.refusePart(
            key, member.value(), "", AttributeReader.unknown(member.key(), known));
      }
    }
    return Optional.of(object);
  }

  /// Reads a duration, which must have a unit; 0 may be written without a unit if it is allowed.
  private Duration time(
      AppKey key, ConfigNode.Obj object, String name, Duration usual, boolean mayBeZero) {
    Optional<ConfigNode> node =
        object.get(name).filter(value -> !(value instanceof ConfigNode.Nil));
    if (node.isEmpty()) {
      return usual;
    }
    OptionalLong bare = AttributeReader.whole(node.get());
    if (bare.isPresent() && !(mayBeZero && bare.getAsLong() == 0)) {
      String unit = Long.toString(Math.abs(bare.getAsLong()));
      refuse(
          key,
          node.get(),
          name,
          "%s has no unit: use \"%ss\" or \"%sms\""
              .formatted(node.get().displayText(), unit, unit));
      return usual;
    }
    Optional<Duration> time = AttributeReader.time(node.get());
    if (time.isEmpty()) {
      refuse(
          key,
          node.get(),
          name,
          node.get().displayText() + " is not a duration: " + Durations.EXPECTED);
    } else if (time.get().isZero() && !mayBeZero) {
      refuse(key, node.get(), name, "must be greater than 0");
      return usual;
    }
    return time.orElse(usual);
  }

  private int count(AppKey key, ConfigNode.Obj object, String name, int usual) {
    Optional<ConfigNode> node =
        object.get(name).filter(value -> !(value instanceof ConfigNode.Nil));
    if (node.isEmpty()) {
      return usual;
    }
    OptionalLong count = AttributeReader.whole(node.get());
    if (count.isEmpty() || count.getAsLong() < 1 || count.getAsLong() > Integer.MAX_VALUE) {
      refuse(key, node.get(), name, node.get().displayText() + " is not an integer of 1 or more");
      return usual;
    }
    return (int) count.getAsLong();
  }

  private void refuse(AppKey key, ConfigNode part, String name, String what) {
    attributeReader.refusePart(key, part, "." + name, what);
  }
}
