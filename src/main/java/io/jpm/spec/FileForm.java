package io.jpm.spec;

import io.jpm.model.BalancingMode;
import io.jpm.model.EnvFile;
import io.jpm.model.HealthProbes;
import io.jpm.model.Hooks;
import io.jpm.model.InheritFilter;
import io.jpm.model.LogLimits;
import io.jpm.model.ProbeHandler;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.RestartPolicy;
import io.jpm.model.Seccomp;
import io.jpm.model.SecretSource;
import io.jpm.model.StartCondition;
import io.jpm.model.Strategy;
import io.jpm.model.process.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/// Converts values of the model to the JSON values that represent them in a process file: text,
/// numbers, booleans, lists and maps. Reading the result produces the same value.
final class FileForm {
  private static final long KIB = 1024;

  private FileForm() {}

  /// Returns the representation of `value`; empty if the value is absent, in which case a process
  /// file omits the attribute. A duration becomes a number of milliseconds, a size a number of
  /// bytes.
  ///
  /// @throws IllegalArgumentException if a process file cannot contain a value of this type
  static Optional<Object> of(Object value) {
    return switch (value) {
      case Optional<?> some -> some.flatMap(FileForm::of);
      case OptionalInt some -> some.isPresent() ? Optional.of(some.getAsInt()) : Optional.empty();
      case OptionalLong some -> some.isPresent() ? Optional.of(some.getAsLong()) : Optional.empty();
      case OptionalDouble some ->
          some.isPresent() ? Optional.of(some.getAsDouble()) : Optional.empty();
      case InheritFilter filter -> filter(filter);
      case HealthProbes.StartupProbe startupProbe -> Optional.of(startup(startupProbe));
      case HealthProbes.Probe probe -> Optional.of(probe(probe));
      case LogLimits.Overrides limits -> limits(limits);
      case Map<?, ?> map -> map.isEmpty() ? Optional.empty() : Optional.of(sorted(map));
      case List<?> list -> Optional.of(list(list));
      case Collection<?> set -> Optional.of(list(set).stream().sorted(FileForm::compare).toList());
      default -> Optional.of(scalar(value));
    };
  }

  private static Object scalar(Object value) {
    return switch (value) {
      case String text -> text;
      case Boolean flag -> flag;
      case Number number -> number;
      case Duration time -> time.toMillis();
      case Path path -> path.toString();
      case EnvFile file -> file.displayText();
      case SecretSource.FromCommand(List<String> argv) -> Map.of("command", argv);
      case SecretSource secretSource -> secretSource.displayText();
      case Hooks.Exec(List<String> command) -> Map.of("exec", command);
      case Hooks.Webhook(var url) -> Map.of("webhook", url.toString());
      case Enum<?> constant -> word(constant);
      case Record record -> record.toString();
      default ->
          throw new IllegalArgumentException(
              "no representation in a process file for " + value.getClass());
    };
  }

  /// Returns the keyword that process files and messages use for `constant`.
  static String word(Enum<?> constant) {
    return switch (constant) {
      case RestartPolicy.When when -> when.keyword();
      case BalancingMode mode -> mode.keyword();
      case Strategy strategy -> strategy.keyword();
      case ProxyProtocol version -> version.keyword();
      case StartCondition condition -> condition.word();
      case Seccomp seccomp -> seccomp.word();
      case Signal signal -> signal.name();
      default -> constant.name().toLowerCase(Locale.ROOT);
    };
  }

  private static List<Object> list(Collection<?> items) {
    return items.stream().map(FileForm::of).flatMap(Optional::stream).toList();
  }

  private static int compare(Object one, Object other) {
    return one instanceof Integer a && other instanceof Integer b
        ? Integer.compare(a, b)
        : one.toString().compareTo(other.toString());
  }

  private static Map<String, Object> sorted(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, value) ->
        of(value).ifPresent(form -> sorted.put(of(key).orElse("").toString(), form)));
    return sorted;
  }

  private static Optional<Object> filter(InheritFilter filter) {
    if (filter.everything()) {
      return Optional.of(true);
    }
    return filter.parts().isEmpty()
        ? filter.name().map(Object.class::cast)
        : Optional.of(filter.parts());
  }

  private static Map<String, Object> startup(HealthProbes.StartupProbe startupProbe) {
    Map<String, Object> form = check(startupProbe.check());
    form.put("interval", time(startupProbe.interval()));
    form.put("timeout", time(startupProbe.within()));
    return form;
  }

  private static Map<String, Object> probe(HealthProbes.Probe probe) {
    Map<String, Object> form = check(probe.check());
    form.put("interval", time(probe.rhythm().interval()));
    form.put("timeout", time(probe.rhythm().timeout()));
    form.put("failures", probe.rhythm().failures());
    form.put("successes", probe.rhythm().successes());
    form.put("delay", time(probe.rhythm().delay()));
    return form;
  }

  private static Map<String, Object> check(ProbeHandler probeHandler) {
    Map<String, Object> form = new LinkedHashMap<>();
    switch (probeHandler) {
      case ProbeHandler.Http http -> form.put("http", http(http));
      case ProbeHandler.Tcp(String host, String port) ->
          form.put("tcp", (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port);
      case ProbeHandler.Exec(List<String> command) -> form.put("exec", command);
      case ProbeHandler.Log(String pattern) -> form.put("log", pattern);
      case ProbeHandler.Notify() -> form.put("notify", true);
    }
    return form;
  }

  private static Map<String, Object> http(ProbeHandler.Http http) {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("url", http.url());
    of(http.headers()).ifPresent(headers -> form.put("headers", headers));
    form.put("status", http.statuses().first() + "-" + http.statuses().last());
    http.body().ifPresent(body -> form.put("body", body));
    form.put("verify", http.verified());
    return form;
  }

  private static Optional<Object> limits(LogLimits.Overrides limits) {
    Map<String, Object> form = new LinkedHashMap<>();
    limits.maxSize().ifPresent(bytes -> form.put("max_size", size(bytes)));
    limits.rotateEvery().ifPresent(time -> form.put("rotate_every", time(time)));
    limits.keep().ifPresent(files -> form.put("keep", files));
    limits.maxAge().ifPresent(time -> form.put("max_age", time(time)));
    limits.maxTotal().ifPresent(bytes -> form.put("max_total", size(bytes)));
    limits.compress().ifPresent(packed -> form.put("compress", packed));
    limits.fullLogPolicy().ifPresent(policy -> form.put("when_full", word(policy)));
    return form.isEmpty() ? Optional.empty() : Optional.of(form);
  }

  /// Formats a duration with a unit, which a process file requires inside objects.
  private static String time(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }

  /// Returns `bytes` in the largest unit that represents the number exactly, or without a unit if
  /// none does.
  static Object size(long bytes) {
    if (bytes == 0 || bytes % KIB != 0) {
      return bytes;
    }
    if (bytes % (KIB * KIB * KIB) == 0) {
      return bytes / (KIB * KIB * KIB) + "G";
    }
    return bytes % (KIB * KIB) == 0 ? bytes / (KIB * KIB) + "M" : bytes / KIB + "K";
  }
}
