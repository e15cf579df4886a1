package io.jpm.model;

import io.jpm.model.text.Expansion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Texts of an app in which a variable stands that each instance has a value of its own for:
/// `PORT`, which a balancer may choose, and the one that counts ([Instances#counting]). They are
/// completed when a process is made, from the environment that it gets; what the description says
/// of them otherwise is how they look with the app's own value.
///
/// @param names the variables
/// @param args arguments at the end of [Command#args] as written, as for [Expansion]; empty: none
///   names such a variable
/// @param interpreterArgs the same at the end of [Command#interpreterArgs]
/// @param environment values of declared variables, by name
public record PerInstanceTexts(
    Set<String> names,
    List<String> args,
    List<String> interpreterArgs,
    Map<String, String> environment) {
  /// Nothing of that kind.
  public static final PerInstanceTexts NONE =
      new PerInstanceTexts(Set.of(), List.of(), List.of(), Map.of());

  /// The variable that servers take their port from.
  public static final String PORT = "PORT";

  public PerInstanceTexts {
    names = Set.copyOf(names);
    args = List.copyOf(args);
    interpreterArgs = List.copyOf(interpreterArgs);
    environment = Map.copyOf(environment);
  }

  /// The environment of one instance.
  ///
  /// @param all what it gets, with its own values of [#names]
  /// @param declared what the app declares: a value that something else has replaced stays
  public Map<String, String> environment(Map<String, String> all, Map<String, String> declared) {
    Map<String, String> complete = new HashMap<>(all);
    environment.forEach((name, text) -> {
      if (Objects.equals(all.get(name), declared.get(name))) {
        complete.put(name, expanded(text, all));
      }
    });
    return complete;
  }

  /// The command of one instance.
  ///
  /// @param all its environment
  public Command command(Command command, Map<String, String> all) {
    return new Command(
        command.script(),
        command.interpreter(),
        ending(command.interpreterArgs(), interpreterArgs, all),
        ending(command.args(), args, all));
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
    return Expansion.of(
            text,
            name -> names.contains(name) ? Optional.ofNullable(all.get(name)) : Optional.empty())
        .orElse(text);
  }
}
