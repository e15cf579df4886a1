package io.jpm.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Where an app's environment comes from. What its owner declares beats what was inherited from the
/// shell of whoever started it, and what the owner removes is not there, whoever else has it.
///
/// @param inherited the starter's variables that are meant for programs, after the filter;
///   `--update-env` replaces all of them
/// @param declared the app's own, from its file or command line
/// @param removed inherited names that the app does not get (`null` in a file)
/// @param filter which variables of a shell it never inherits (PM2's `filter_env`)
/// @param referred those that are read at each start: what is in files is over what is inherited
///   and under what is declared
public record Variables(
    Map<String, String> inherited,
    Map<String, String> declared,
    Set<String> removed,
    InheritFilter filter,
    ReferencedVariables referred) {
  /// No variable at all.
  public static final Variables NONE =
      new Variables(Map.of(), Map.of(), Set.of(), InheritFilter.NOTHING);

  /// Without any that are read at each start.
  public Variables(
      Map<String, String> inherited,
      Map<String, String> declared,
      Set<String> removed,
      InheritFilter filter) {
    this(inherited, declared, removed, filter, ReferencedVariables.NONE);
  }

  public Variables {
    inherited = Map.copyOf(inherited);
    declared = Map.copyOf(declared);
    removed = Set.copyOf(removed);
  }

  /// Only declared ones.
  public static Variables declared(Map<String, String> declared) {
    return new Variables(Map.of(), declared, Set.of(), InheritFilter.NOTHING);
  }

  /// What the process gets, but for those that are read and those that jpm adds at each start.
  public Map<String, String> effective() {
    Map<String, String> all = new HashMap<>(inherited);
    all.keySet().removeAll(removed);
    all.putAll(declared);
    return Map.copyOf(all);
  }

  /// The same declaration under another shell (`--update-env`).
  ///
  /// @param shell what that shell hands to programs; the app's own filter still applies, and one
  ///   that drops everything leaves what is inherited as it is
  public Variables inheriting(Map<String, String> shell) {
    if (filter.everything()) {
      return this;
    }
    Map<String, String> kept = new HashMap<>(shell);
    kept.keySet().removeIf(filter::drops);
    return new Variables(kept, declared, removed, filter, referred);
  }

  /// The same with what its files say now. The secrets stay where they are.
  ///
  /// @param read the variables of all files together
  public Variables withFiles(Map<String, String> read) {
    Map<String, String> all = new HashMap<>(read);
    all.keySet().removeAll(removed);
    all.putAll(declared);
    return new Variables(
        inherited, all, removed, filter, new ReferencedVariables(List.of(), referred.secrets()));
  }

  /// The same with what `jpm set` has stored for the app, over what its owner declares.
  public Variables withStored(Map<String, String> stored) {
    if (stored.isEmpty()) {
      return this;
    }
    Map<String, String> all = new HashMap<>(declared);
    all.putAll(stored);
    return new Variables(inherited, all, removed, filter, referred);
  }
}
