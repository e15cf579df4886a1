package io.jpm.wire;

import io.jpm.model.access.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// A verb of `jpm.command`, with the role it requires and the keys allowed in addition to `v` and
/// `verb`.
public enum CommandVerb {
  PING(Role.READ, false),
  LIST(Role.READ, false, CommandKey.TARGETS),
  DESCRIBE(Role.READ, false, CommandKey.TARGETS),
  EVENTS(Role.READ, false, CommandKey.AFTER, CommandKey.LIMIT, CommandKey.APP_NAME),
  LOGS(Role.READ, false, CommandKey.TARGETS, CommandKey.LINES, CommandKey.STREAM),
  /// Starts instances that are in the daemon's list, or the apps that the request describes.
  /// [#requiredRole] suffices only for the former; [CommandRequest.StartApps] requires a higher
  /// role.
  START(
      Role.OPERATE,
      true,
      CommandKey.TARGETS,
      CommandKey.APPS,
      CommandKey.APP,
      CommandKey.CWD,
      CommandKey.ENV,
      CommandKey.FILE),
  STOP(Role.OPERATE, true, CommandKey.TARGETS),
  RESTART(Role.OPERATE, true, CommandKey.TARGETS),
  RESET(Role.OPERATE, true, CommandKey.TARGETS),
  RELOAD(Role.OPERATE, true, CommandKey.TARGETS, CommandKey.PARALLEL, CommandKey.GRACEFUL),
  SCALE(Role.OPERATE, true, CommandKey.TARGET, CommandKey.TO, CommandKey.BY),
  SIGNAL(Role.OPERATE, true, CommandKey.TARGETS, CommandKey.SIGNAL),
  MESSAGE(Role.OPERATE, true, CommandKey.TARGETS, CommandKey.MESSAGE),
  TYPE(Role.OPERATE, true, CommandKey.TARGET, CommandKey.LINE),
  TRIGGER(Role.OPERATE, true, CommandKey.TARGETS, CommandKey.ACTION, CommandKey.PARAMETER),
  DELETE(Role.ADMIN, true, CommandKey.TARGETS),
  PLAN(
      Role.ADMIN,
      false,
      CommandKey.APPS,
      CommandKey.APP,
      CommandKey.CWD,
      CommandKey.ENV,
      CommandKey.FILE,
      CommandKey.PRUNE),
  APPLY(
      Role.ADMIN,
      true,
      CommandKey.APPS,
      CommandKey.APP,
      CommandKey.CWD,
      CommandKey.ENV,
      CommandKey.FILE,
      CommandKey.PRUNE),
  SAVE(Role.ADMIN, true),
  RESURRECT(Role.ADMIN, true);

  private final Role needs;
  private final boolean changing;

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable.
  private final List<CommandKey> keys;

  CommandVerb(Role needs, boolean changing, CommandKey... keys) {
    this.needs = needs;
    this.changing = changing;
    this.keys = changing ? withKey(keys) : List.of(keys);
  }

  /// Adds the idempotency key, which is allowed in every request that changes something.
  private static List<CommandKey> withKey(CommandKey... keys) {
    return Stream.concat(Stream.of(keys), Stream.of(CommandKey.KEY)).toList();
  }

  /// Returns the lowest role that is allowed to use the verb.
  public Role requiredRole() {
    return needs;
  }

  /// Reports whether the verb changes something.
  public boolean isChanging() {
    return changing;
  }

  /// Returns the keys that are allowed in a request.
  public List<CommandKey> keys() {
    return keys;
  }

  /// Returns the name used in JSON, such as `restart`.
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Returns the verb with this name; empty if there is none.
  public static Optional<CommandVerb> of(String word) {
    return Arrays.stream(values()).filter(verb -> verb.keyword().equals(word)).findFirst();
  }
}
