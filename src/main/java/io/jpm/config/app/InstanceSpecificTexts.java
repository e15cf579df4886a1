package io.jpm.config.app;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.Node;
import io.jpm.model.BalancingMode;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import io.jpm.model.PerInstanceTexts;
import io.jpm.spec.AppKey;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Texts that are another one for each instance, since they name its port or the variable that
/// counts instances. Where a text is the same for all instances, such a name is refused.
///
/// @param names the variables that each instance has a value of its own for
record InstanceSpecificTexts(
    AttributeReader attributeReader,
    VariableExpansion texts,
    KnownVariables known,
    Set<String> names) {
  /// Programs that share one port between all processes; another one gets the proxy, which gives
  /// each a port of its own.
  private static final Set<String> SHARING = Set.of("node", "nodejs", "java", "jpm-serve");

  /// The variables that an app's instances have values of their own for, or may have.
  static Set<String> names(AttributeReader attributeReader) {
    Set<String> names = new HashSet<>(Set.of(PerInstanceTexts.PORT));
    attributeReader
        .entry(AppKey.INCREMENT_VAR)
        .flatMap(entry -> Node.scalarText(entry.value()))
        .ifPresent(names::add);
    return names;
  }

  PerInstanceTexts read(Optional<Command> command, Cluster cluster) {
    List<String> args = texts.ofInstances(AppKey.ARGS);
    List<String> interpreterArgs = texts.ofInstances(AppKey.INTERPRETER_ARGS);
    Map<String, String> environment = known.differing();
    if (command.isEmpty()) {
      return PerInstanceTexts.NONE;
    }
    Set<String> differing = differing(command.get(), cluster);
    known.differ(differing);
    texts.wronglyDiffering().forEach(entry -> refuse(entry, differing));
    checkPlace(AppKey.ARGS, args, command.get().args());
    checkPlace(AppKey.INTERPRETER_ARGS, interpreterArgs, command.get().interpreterArgs());
    return args.isEmpty() && interpreterArgs.isEmpty() && environment.isEmpty()
        ? PerInstanceTexts.NONE
        : new PerInstanceTexts(names, args, interpreterArgs, environment);
  }

  /// Those of which it is certain.
  private Set<String> differing(Command command, Cluster cluster) {
    Set<String> differing = new HashSet<>(names);
    boolean counted =
        attributeReader
            .entry(AppKey.INCREMENT_VAR)
            .flatMap(entry -> Node.scalarText(entry.value()))
            .filter(PerInstanceTexts.PORT::equals)
            .isPresent();
    if (!counted && !isProxied(command, cluster)) {
      differing.remove(PerInstanceTexts.PORT);
    }
    return differing;
  }

  private static boolean isProxied(Command command, Cluster cluster) {
    Path program = command.program().getFileName();
    boolean shares = program != null && SHARING.contains(program.toString());
    return cluster.enabled()
        && (cluster.balance() == BalancingMode.PROXY
            || (cluster.balance() == BalancingMode.AUTO && cluster.listen().isEmpty() && !shares));
  }

  private void refuse(AttributeReader.Entry entry, Set<String> differing) {
    attributeReader.refusePart(
        entry,
        entry.value(),
        "",
        "names a variable that is another one for each instance (%s), and this is the same for all:"
                .formatted(String.join(", ", differing.stream().sorted().toList()))
            + " use args or env");
  }

  /// They have to be words of the command, at its end, to be completed.
  private void checkPlace(AppKey key, List<String> parts, List<String> words) {
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
          "names a variable that is another one for each instance, and is given to a shell here:"
              + " write it as $PORT, which the shell replaces");
    }
  }
}
