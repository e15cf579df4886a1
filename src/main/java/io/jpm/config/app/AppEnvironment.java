package io.jpm.config.app;

import io.jpm.config.app.VariableScope.Declaration;
import io.jpm.config.app.VariableScope.TextLocation;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.VariableNames;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.InheritFilter;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.text.CleanEnvironment;
import io.jpm.spec.AppKey;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Reads the environment variables of an app: the inheritable variables of the caller, overridden
/// by the app's own variables.
///
/// As in PM2, they do not depend on the daemon's environment. An app that runs as another user
/// starts with [CleanEnvironment] instead of the caller's variables. Explicit references to the
/// caller's variables are still allowed.
public final class AppEnvironment {
  /// Variables that belong to the caller's shell, or that refer to descriptors and sockets that an
  /// app does not inherit.
  private static final Set<String> EXCLUDED =
      Set.of(
          "_",
          "SHLVL",
          "OLDPWD",
          "NODE_CHANNEL_FD",
          "NODE_CHANNEL_SERIALIZATION_MODE",
          "NODE_UNIQUE_ID",
          "LISTEN_FDS",
          "LISTEN_PID",
          "LISTEN_FDNAMES",
          "NOTIFY_SOCKET",
          "WATCHDOG_PID",
          "WATCHDOG_USEC");

  /// Variables with which jpm identifies an app. They are not passed on if an app starts another
  /// app, because they would identify the wrong app.
  private static final Set<String> APP_IDENTITY_VARIABLES =
      Set.of("name", "pm_id", "NODE_APP_INSTANCE");

  private static final String HOME_OF_JPM = "JPM_HOME";
  private static final String PROCESS_TAG = "JPM_TAG";

  /// The variable that contains the port on which a server listens.
  static final String PORT = "PORT";

  private static final String UNBUFFERED = "PYTHONUNBUFFERED";

  private final AttributeReader attributeReader;
  private final boolean expanding;
  private final InheritFilter filter;
  private final Map<String, String> inherited;
  private final Map<String, Declaration> written = new HashMap<>();
  private final Set<String> removed = new HashSet<>();
  private final VariableScope known;

  /// @param context the caller's shell and the name given with `--env`. As in PM2, the variables of
  ///   `env_<name>` override those of `deploy`, which override `env`
  /// @param port the value of `PORT`, unless the app's own variables set it
  AppEnvironment(AttributeReader attributeReader, ReadContext context, OptionalInt port) {
    this.attributeReader = attributeReader;
    // On a command line, the shell has already expanded variable references.
    this.expanding = context.fileDirectory().isPresent();
    Map<String, String> callers = inheritableVariables(context.callerContext().environment());
    InheritFilter declared = filter();
    callers.keySet().removeIf(declared::drops);
    boolean clean =
        attributeReader
            .node(AppKey.UID)
            .flatMap(ConfigNode::scalarText)
            .filter(UserChange::isChange)
            .isPresent();
    // The variables of a later shell (`--update-env`) are not inherited either.
    this.filter = clean ? new InheritFilter(true, declared.name(), declared.parts()) : declared;
    this.inherited = clean ? CleanEnvironment.of(context.callerContext().environment()) : callers;
    port.ifPresent(number -> addPort(Integer.toString(number)));
    attributeReader.entry(AppKey.ENV).ifPresent(this::addAll);
    context.deployed().map(variables -> deployed(context, variables)).ifPresent(this::addAll);
    context.environment().flatMap(attributeReader::environment).ifPresent(this::addAll);
    this.known = new VariableScope(attributeReader, written, callers, removed);
  }

  /// Returns the variables that the app's texts may reference.
  VariableScope scope() {
    return known;
  }

  /// Returns the names of the app's own variables.
  Set<String> names() {
    return written.keySet();
  }

  /// Returns the complete variables of the app.
  ///
  /// @param cwd the value of PWD
  /// @param python whether to disable Python's output buffering
  /// @param referencedVariables the sources of variables whose values are read when the app starts
  EnvironmentVariables read(Path cwd, boolean python, ReferencedVariables referencedVariables) {
    Map<String, String> declared = new HashMap<>();
    written.values().forEach(variable -> declared.put(variable.name(), value(variable)));
    declared.put("PWD", cwd.toString());
    if (python && !inherited.containsKey(UNBUFFERED) && !removed.contains(UNBUFFERED)) {
      declared.putIfAbsent(UNBUFFERED, "1");
    }
    return new EnvironmentVariables(inherited, declared, removed, filter, referencedVariables);
  }

  private String value(Declaration variable) {
    ConfigNode configNode = variable.location().part();
    return expanding
        ? known.valueOf(variable)
        : ConfigNode.scalarText(configNode).orElseGet(configNode::json);
  }

  /// Returns the variables that an app can inherit from a shell. Variables that belong to the shell
  /// itself, and those that jpm sets, are omitted.
  public static Map<String, String> inheritableVariables(Map<String, String> shell) {
    boolean insideApp = shell.containsKey(PROCESS_TAG);
    Map<String, String> environment = new HashMap<>();
    shell.forEach((name, value) -> {
      boolean ours = name.startsWith("JPM_") && !name.equals(HOME_OF_JPM);
      boolean internal =
          EXCLUDED.contains(name) || (insideApp && APP_IDENTITY_VARIABLES.contains(name));
      if (!ours && !internal) {
        environment.put(name, value);
      }
    });
    return environment;
  }

  /// Reads PM2's `filter_env`. A list drops all variables whose names contain one of its items, a
  /// text drops the variable with that name, and `true` drops all variables (which PM2 documents
  /// but does not implement).
  private InheritFilter filter() {
    Optional<ConfigNode> node = attributeReader.node(AppKey.FILTER_ENV);
    if (node.isEmpty()) {
      return InheritFilter.NOTHING;
    }
    return switch (node.get()) {
      case ConfigNode.Bool all -> new InheritFilter(all.value(), Optional.empty(), List.of());
      case ConfigNode.Text name -> new InheritFilter(false, Optional.of(name.value()), List.of());
      case ConfigNode.Arr _ ->
          new InheritFilter(false, Optional.empty(), attributeReader.words(AppKey.FILTER_ENV));
      case ConfigNode.Num _, ConfigNode.Nil _, ConfigNode.Obj _ -> {
        attributeReader.refuse(
            AppKey.FILTER_ENV,
            node.get().displayText()
                + " is not valid: use true, the name of a variable, or a list of substrings of"
                + " names");
        yield InheritFilter.NOTHING;
      }
    };
  }

  private static AttributeReader.Entry deployed(ReadContext context, ConfigNode variables) {
    String spelling = "deploy.%s.env".formatted(context.environment().orElse(""));
    return new AttributeReader.Entry(AppKey.ENV, spelling, variables);
  }

  private void addPort(String number) {
    attributeReader
        .entry(AppKey.PORT)
        .ifPresent(own -> {
          ConfigNode value = new ConfigNode.Num(own.value().line(), number);
          written.put(PORT, new Declaration(PORT, new TextLocation(own, value, "")));
        });
  }

  private void addAll(AttributeReader.Entry own) {
    if (own.value() instanceof ConfigNode.Obj variables) {
      variables.members().forEach(variable -> add(own, variable));
    } else {
      attributeReader.refusePart(
          own,
          own.value(),
          "",
          own.value().displayText() + " is not an object: use {\"PORT\": 80}");
    }
  }

  private void add(AttributeReader.Entry own, ConfigNode.Member variable) {
    String name = variable.key();
    String tail = "." + name;
    if (!VariableNames.isName(name)) {
      attributeReader.refusePart(
          own, variable.value(), tail, "is not a variable name: it cannot contain = or NUL");
      return;
    }
    if (variable.value() instanceof ConfigNode.Nil) {
      written.remove(name);
      removed.add(name);
      return;
    }
    String value = ConfigNode.scalarText(variable.value()).orElseGet(variable.value()::json);
    if (value.indexOf('\0') >= 0) {
      attributeReader.refusePart(own, variable.value(), tail, "contains a NUL character");
      return;
    }
    written.put(name, new Declaration(name, new TextLocation(own, variable.value(), tail)));
    removed.remove(name);
  }
}
