package io.jpm.config;

import io.jpm.model.Balance;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import io.jpm.model.InstanceTexts;
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
record OwnTexts(Attributes attributes, AppTexts texts, KnownVariables known, Set<String> names) {
  /// Programs that share one port between all processes; another one gets the proxy, which gives
  /// each a port of its own.
  private static final Set<String> SHARING = Set.of("node", "nodejs", "java", "jpm-serve");

  /// The variables that an app's instances have values of their own for, or may have.
  static Set<String> names(Attributes attributes) {
    Set<String> names = new HashSet<>(Set.of(InstanceTexts.PORT));
    attributes
        .entry(AppKey.INCREMENT_VAR)
        .flatMap(entry -> Node.scalarText(entry.value()))
        .ifPresent(names::add);
    return names;
  }

  InstanceTexts read(Optional<Command> command, Cluster cluster) {
    List<String> args = texts.ofInstances(AppKey.ARGS);
    List<String> interpreterArgs = texts.ofInstances(AppKey.INTERPRETER_ARGS);
    Map<String, String> environment = known.differing();
    if (command.isEmpty()) {
      return InstanceTexts.NONE;
    }
    Set<String> differing = differing(command.get(), cluster);
    known.differ(differing);
    texts.wronglyDiffering().forEach(entry -> refuse(entry, differing));
    checkPlace(AppKey.ARGS, args, command.get().args());
    checkPlace(AppKey.INTERPRETER_ARGS, interpreterArgs, command.get().interpreterArgs());
    return args.isEmpty() && interpreterArgs.isEmpty() && environment.isEmpty()
        ? InstanceTexts.NONE
        : new InstanceTexts(names, args, interpreterArgs, environment);
  }

  /// Those of which it is certain.
  private Set<String> differing(Command command, Cluster cluster) {
    Set<String> differing = new HashSet<>(names);
    boolean counted =
        attributes
            .entry(AppKey.INCREMENT_VAR)
            .flatMap(entry -> Node.scalarText(entry.value()))
            .filter(InstanceTexts.PORT::equals)
            .isPresent();
    if (!counted && !isProxied(command, cluster)) {
      differing.remove(InstanceTexts.PORT);
    }
    return differing;
  }

  private static boolean isProxied(Command command, Cluster cluster) {
    Path program = command.program().getFileName();
    boolean shares = program != null && SHARING.contains(program.toString());
    return cluster.enabled()
        && (cluster.balance() == Balance.PROXY
            || (cluster.balance() == Balance.AUTO && cluster.listen().isEmpty() && !shares));
  }

  private void refuse(Attributes.Entry entry, Set<String> differing) {
    attributes.refusePart(
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
    List<String> wanted = attributes.words(key);
    int begin = words.size() - wanted.size();
    if (parts.size() != wanted.size()
        || begin < 0
        || !words.subList(begin, words.size()).equals(wanted)) {
      attributes.refuse(
          key,
          "names a variable that is another one for each instance, and is given to a shell here:"
              + " write it as $PORT, which the shell replaces");
    }
  }
}
