package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.model.AppCommand;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.PerInstanceTexts;
import io.jpm.spec.AppKey;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads texts that differ between instances, because they refer to the port of the instance or to
/// the variable of `increment_var`. Rejects such references in texts that must be the same for all
/// instances.
///
/// @param names the variables whose values differ between instances
record InstanceTemplatesReader(
    AttributeReader attributeReader,
    VariableExpansion texts,
    VariableScope known,
    Set<String> names) {
  /// Programs whose instances share one port. Other programs are balanced by the proxy, which
  /// assigns a port to each instance.
  private static final Set<String> PORT_SHARING_PROGRAMS =
      Set.of("node", "nodejs", "java", "jpm-serve");

  /// Returns the variables whose values may differ between the instances of the app.
  static Set<String> names(AttributeReader attributeReader) {
    Set<String> names = new HashSet<>(Set.of(PerInstanceTexts.PORT));
    attributeReader
        .entry(AppKey.INCREMENT_VAR)
        .flatMap(entry -> ConfigNode.scalarText(entry.value()))
        .ifPresent(names::add);
    return names;
  }

  PerInstanceTexts read(Optional<AppCommand> command, ClusterSettings clusterSettings) {
    List<String> args = texts.perInstanceWords(AppKey.ARGS);
    List<String> interpreterArgs = texts.perInstanceWords(AppKey.INTERPRETER_ARGS);
    Map<String, String> environment = known.perInstanceValues();
    if (command.isEmpty()) {
      return PerInstanceTexts.NONE;
    }
    Set<String> differing = differing(command.get(), clusterSettings);
    known.setPerInstanceNames(differing);
    texts.invalidPerInstanceEntries().forEach(entry -> refuse(entry, differing));
    checkPosition(AppKey.ARGS, args, command.get().args());
    checkPosition(AppKey.INTERPRETER_ARGS, interpreterArgs, command.get().interpreterArgs());
    return args.isEmpty() && interpreterArgs.isEmpty() && environment.isEmpty()
        ? PerInstanceTexts.NONE
        : new PerInstanceTexts(names, args, interpreterArgs, environment);
  }

  /// Returns the variables whose values differ between the instances of this command.
  private Set<String> differing(AppCommand appCommand, ClusterSettings clusterSettings) {
    Set<String> differing = new HashSet<>(names);
    boolean counted =
        attributeReader
            .entry(AppKey.INCREMENT_VAR)
            .flatMap(entry -> ConfigNode.scalarText(entry.value()))
            .filter(PerInstanceTexts.PORT::equals)
            .isPresent();
    if (!counted && !isProxied(appCommand, clusterSettings)) {
      differing.remove(PerInstanceTexts.PORT);
    }
    return differing;
  }

  private static boolean isProxied(AppCommand appCommand, ClusterSettings clusterSettings) {
    Path program = appCommand.program().getFileName();
    boolean shares = program != null && PORT_SHARING_PROGRAMS.contains(program.toString());
    return clusterSettings.enabled()
        && (clusterSettings.balance() == BalancingMode.PROXY
            || (clusterSettings.balance() == BalancingMode.AUTO
                && clusterSettings.listen().isEmpty()
                && !shares));
  }

  private void refuse(AttributeReader.Entry entry, Set<String> differing) {
    attributeReader.refusePart(
        entry,
        entry.value(),
        "",
        "refers to a variable whose value differs between instances (%s), but must be the same for"
                .formatted(String.join(", ", differing.stream().sorted().toList()))
            + " all instances: use such variables only in args or env");
  }

  /// Checks that the words of `key` are the last words of the command. Only there can they be
  /// expanded for each instance; in a shell command they are part of another word.
  private void checkPosition(AppKey key, List<String> parts, List<String> words) {
    if (parts.isEmpty()) {
      return;
    }
    List<String> wanted = attributeReader.words(key);
    int begin = words.size() - wanted.size();
    if (parts.size() != wanted.size()
        || begin < 0
        || !words.subList(begin, words.size()).equals(wanted)) {
      attributeReader.refuse(
          key,
          "refers to a variable whose value differs between instances in a shell command: write it"
              + " without braces, such as $PORT, so that the shell expands it");
    }
  }
}
