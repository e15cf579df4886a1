package io.jpm.console.completion;

import io.jpm.console.cli.VerbOption;
import io.jpm.console.completion.Completion.Files;
import io.jpm.console.text.InstanceOrder;
import io.jpm.model.BalancingMode;
import io.jpm.model.RestartPolicy;
import io.jpm.model.Strategy;
import io.jpm.model.access.Role;
import io.jpm.model.process.Signal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// The kind of values that an option accepts.
sealed interface OptionValues {
  /// One of the given words.
  record OneOf(List<String> values) implements OptionValues {
    public OneOf {
      values = List.copyOf(values);
    }
  }

  /// A file.
  record FilePath(Files files) implements OptionValues {}

  /// Names of apps, separated by commas.
  record Apps() implements OptionValues {}

  /// A namespace.
  record Namespaces() implements OptionValues {}

  /// The NAME of an `env_NAME` key in the process file.
  record EnvironmentNames() implements OptionValues {}

  /// Any text.
  record Free() implements OptionValues {}

  /// Returns the kind of values that `option` accepts.
  static OptionValues of(VerbOption option) {
    return Known.BY_OPTION.getOrDefault(option, ofParameter(option.parameter()));
  }

  private static OptionValues ofParameter(String parameter) {
    return switch (parameter) {
      case "FILE", "[FILE]", "[PATH]" -> new FilePath(Files.FILES);
      case "DIR" -> new FilePath(Files.DIRECTORIES);
      default -> new Free();
    };
  }

  /// The options whose kind of value does not follow from the name of their parameter in the help.
  final class Known {
    private static final Map<VerbOption, OptionValues> BY_OPTION = new EnumMap<>(VerbOption.class);

    static {
      BY_OPTION.put(VerbOption.ONLY, new Apps());
      BY_OPTION.put(VerbOption.DEPENDS_ON, new Apps());
      BY_OPTION.put(VerbOption.OF_APPS, new Apps());
      BY_OPTION.put(VerbOption.NAMESPACE, new Namespaces());
      BY_OPTION.put(VerbOption.ENV, new EnvironmentNames());
      BY_OPTION.put(VerbOption.INSTANCES, new OneOf(List.of("max")));
      BY_OPTION.put(VerbOption.LOG_TYPE, new OneOf(List.of("raw", "json")));
      BY_OPTION.put(
          VerbOption.INTERPRETER,
          new OneOf(List.of("none", "node", "python3", "bash", "ruby", "php", "perl")));
      put(VerbOption.STRATEGY, Strategy.values(), Strategy::keyword);
      put(VerbOption.ROLE, Role.values(), Role::keyword);
      put(VerbOption.BALANCE, BalancingMode.values(), BalancingMode::keyword);
      put(VerbOption.RESTART, RestartPolicy.When.values(), RestartPolicy.When::keyword);
      put(VerbOption.KILL_SIGNAL, Signal.values(), Signal::name);
      BY_OPTION.put(
          VerbOption.SORT,
          new OneOf(
              InstanceOrder.keywords().stream()
                  .flatMap(word -> Stream.of(word, word + ":desc"))
                  .toList()));
    }

    private Known() {}

    private static <T> void put(VerbOption option, T[] values, Function<T, String> word) {
      BY_OPTION.put(option, new OneOf(Arrays.stream(values).map(word).toList()));
    }
  }
}
