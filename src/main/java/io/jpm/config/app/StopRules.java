package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.ShellWords;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Signal;
import io.jpm.spec.AppKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Reads the stop policy of an app from PM2's attributes and from `stop`, which combines and
/// extends them.
final class StopRules {
  private static final String SIGNAL = "signal";
  private static final String TIMEOUT = "timeout";
  private static final String COMMAND = "command";
  private static final List<String> PARTS = List.of(SIGNAL, TIMEOUT, COMMAND);

  private final AttributeReader attributeReader;
  private final StopPolicy otherwise;

  StopRules(AttributeReader attributeReader, StopPolicy otherwise) {
    this.attributeReader = attributeReader;
    this.otherwise = otherwise;
  }

  StopPolicy read() {
    Signal signal = attributeReader.signal(AppKey.KILL_SIGNAL, otherwise.signal());
    Duration timeout = attributeReader.duration(AppKey.KILL_TIMEOUT, otherwise.timeout());
    Optional<ConfigNode.Obj> stop = stopObject();
    return new StopPolicy(
        stop.flatMap(this::signal).orElse(signal),
        stop.flatMap(this::timeout).orElse(timeout),
        attributeReader.flag(AppKey.TREEKILL, otherwise.wholeTree()),
        attributeReader.flag(AppKey.SHUTDOWN_WITH_MESSAGE, otherwise.message()),
        stop.map(this::command).orElse(otherwise.command()));
  }

  private Optional<ConfigNode.Obj> stopObject() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.STOP);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (!(node.get() instanceof ConfigNode.Obj object)) {
      attributeReader.refuse(
          AppKey.STOP,
          node.get().displayText()
              + " is not an object: use {\"signal\": \"SIGTERM\", \"timeout\": \"10s\"}");
      return Optional.empty();
    }
    for (ConfigNode.Member member : object.members()) {
      if (!PARTS.contains(member.key())) {
        attributeReader.refusePart(
            AppKey.STOP, member.value(), "", AttributeReader.unknown(member.key(), PARTS));
      }
    }
    return Optional.of(object);
  }

  private Optional<Signal> signal(ConfigNode.Obj stop) {
    Optional<ConfigNode> node = part(stop, SIGNAL);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    Optional<Signal> signal = ConfigNode.scalarText(node.get()).flatMap(Signal::parse);
    if (signal.isEmpty()) {
      refuse(SIGNAL, node.get(), AttributeReader.notASignal(node.get()));
    } else if (attributeReader.signal(AppKey.KILL_SIGNAL, signal.get()) != signal.get()) {
      refuse(SIGNAL, node.get(), differs(node.get(), AppKey.KILL_SIGNAL));
    }
    return signal;
  }

  private Optional<Duration> timeout(ConfigNode.Obj stop) {
    Optional<ConfigNode> node = part(stop, TIMEOUT);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    Optional<Duration> timeout = AttributeReader.time(node.get());
    if (timeout.isEmpty()) {
      refuse(TIMEOUT, node.get(), AttributeReader.notADuration(node.get()));
    } else if (!attributeReader
        .duration(AppKey.KILL_TIMEOUT, timeout.get())
        .equals(timeout.get())) {
      refuse(TIMEOUT, node.get(), differs(node.get(), AppKey.KILL_TIMEOUT));
    }
    return timeout;
  }

  private String differs(ConfigNode value, AppKey key) {
    return "%s differs from %s: keep one of them"
        .formatted(value.displayText(), attributeReader.reference(key));
  }

  /// Reads a command, which runs without a shell. Shell syntax is rejected here, because the
  /// mistake would otherwise be noticed only when the app is stopped.
  private List<String> command(ConfigNode.Obj stop) {
    Optional<ConfigNode> node = part(stop, COMMAND);
    if (node.isEmpty()) {
      return List.of();
    }
    if (node.get() instanceof ConfigNode.Text text) {
      ShellWords words = ShellWords.of(text.value());
      if (words.closed() && !words.plain()) {
        refuse(
            COMMAND,
            text,
            "%s needs a shell, but is run without one: use [\"sh\", \"-c\", …]"
                .formatted(text.displayText()));
        return List.of();
      }
    }
    List<String> command = attributeReader.words(AppKey.STOP, "." + COMMAND, node.get());
    boolean nothing = node.get() instanceof ConfigNode.Text || node.get() instanceof ConfigNode.Arr;
    if (nothing && (command.isEmpty() || command.getFirst().isBlank())) {
      refuse(COMMAND, node.get(), "does not name a program");
    }
    return command;
  }

  private static Optional<ConfigNode> part(ConfigNode.Obj stop, String name) {
    return stop.get(name).filter(value -> !(value instanceof ConfigNode.Nil));
  }

  private void refuse(String name, ConfigNode part, String what) {
    attributeReader.refusePart(AppKey.STOP, part, "." + name, what);
  }
}
