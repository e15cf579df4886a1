package io.jpm.model;

import io.jpm.model.text.Expansion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Texts of an app that refer to variables with different values in each instance: `PORT`, which a
/// balancer may choose, and the incremented variable ([InstanceSettings#counting]). They are
/// expanded when a process is created, with the environment of that process. The other fields of
/// the spec contain the same texts, expanded with the app's own values.
///
/// @param names the names of these variables
/// @param args the last arguments of [AppCommand#args] before expansion, in the syntax of
///   [Expansion]; empty if no argument refers to one of these variables
/// @param interpreterArgs the last arguments of [AppCommand#interpreterArgs], in the same form
/// @param environment the values of declared variables before expansion, by name
public record PerInstanceTexts(
    Set<String> names,
    List<String> args,
    List<String> interpreterArgs,
    Map<String, String> environment) {
  /// No texts that differ between instances.
  public static final PerInstanceTexts NONE =
      new PerInstanceTexts(Set.of(), List.of(), List.of(), Map.of());

  /// The variable from which servers read their port.
  public static final String PORT = "PORT";

  public PerInstanceTexts {
    names = Set.copyOf(names);
    args = List.copyOf(args);
    interpreterArgs = List.copyOf(interpreterArgs);
    environment = Map.copyOf(environment);
  }

  /// Returns the environment of one instance.
  ///
  /// @param all the variables of the instance, with its own values of [#names]
  /// @param declared the variables that the app declares; if the value of a variable has been
  ///   replaced in the meantime, the new value is kept
  public Map<String, String> environment(Map<String, String> all, Map<String, String> declared) {
    Map<String, String> complete = new HashMap<>(all);
    environment.forEach((name, text) -> {
      if (Objects.equals(all.get(name), declared.get(name))) {
        complete.put(name, expanded(text, all));
      }
    });
    return complete;
  }

  /// Returns the command of one instance.
  ///
  /// @param all the environment of the instance
  public AppCommand command(AppCommand appCommand, Map<String, String> all) {
    return new AppCommand(
        appCommand.script(),
        appCommand.interpreter(),
        ending(appCommand.interpreterArgs(), interpreterArgs, all),
        ending(appCommand.args(), args, all));
  }

  private List<String> ending(List<String> words, List<String> texts, Map<String, String> all) {
    int before = words.size() - texts.size();
    if (texts.isEmpty() || before < 0) {
      return words;
    }
    List<String> complete = new ArrayList<>(words.subList(0, before));
    texts.forEach(text -> complete.add(expanded(text, all)));
    return complete;
  }

  private String expanded(String text, Map<String, String> all) {
    return Expansion.expand(
            text,
            name -> names.contains(name) ? Optional.ofNullable(all.get(name)) : Optional.empty())
        .orElse(text);
  }
}
