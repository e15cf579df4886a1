package io.jpm.config.deploy;

import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problems;
import io.jpm.config.values.SourceLocation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads and validates the `deploy` section of a process file, which has PM2's format.
public final class DeployRules {
  private static final String DEPLOY = "deploy";

  /// The keys whose values are commands, in the order in which they run.
  static final List<String> HOOKS =
      List.of("pre-setup", "post-setup", "pre-deploy-local", "pre-deploy", "post-deploy");

  private static final Set<String> OTHERS =
      Set.of(
          "host",
          "user",
          "port",
          "key",
          "ssh_options",
          "forward-agent",
          "needs_tty",
          "repo",
          "ref",
          "path",
          "env",
          "fetch");

  private static final int HIGHEST_PORT = 65_535;
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final String file;
  private final String environment;
  private final Problems problems;

  /// Creates a reader for one environment of a file.
  ///
  /// @param file the file's name in problems
  /// @param environment the environment whose section is read
  public DeployRules(String file, String environment, Problems problems) {
    this.file = file;
    this.environment = environment;
    this.problems = problems;
  }

  /// Reads the deployment and records all mistakes.
  ///
  /// @return the deployment; empty if there are any mistakes
  public Optional<Deployment> read(ConfigNode root) {
    return section(root).flatMap(this::chosen).flatMap(this::checked);
  }

  private Optional<ConfigNode.Obj> section(ConfigNode root) {
    Optional<ConfigNode> found =
        member(root, DEPLOY).or(() -> member(root, "pm2").flatMap(pm2 -> member(pm2, DEPLOY)));
    if (found.isEmpty()) {
      problems.problem(0, file, "does not contain a \"deploy\" section");
    } else if (!(found.get() instanceof ConfigNode.Obj)) {
      refuse(
          found.get(),
          DEPLOY,
          found.get().displayText() + " is not an object: use {\"production\": {…}}");
    }
    return found.filter(ConfigNode.Obj.class::isInstance).map(ConfigNode.Obj.class::cast);
  }

  /// Returns the variables that the `deploy` section sets for apps that are started with `--env`
  /// and the name `environment`. The variables are not validated.
  public static Optional<ConfigNode> variables(ConfigNode root, String environment) {
    return member(root, DEPLOY)
        .or(() -> member(root, "pm2").flatMap(pm2 -> member(pm2, DEPLOY)))
        .flatMap(section -> member(section, environment))
        .flatMap(section -> member(section, "env"))
        .filter(value -> !(value instanceof ConfigNode.Nil));
  }

  private static Optional<ConfigNode> member(ConfigNode configNode, String key) {
    return configNode instanceof ConfigNode.Obj object ? object.get(key) : Optional.empty();
  }

  private Optional<ConfigNode.Obj> chosen(ConfigNode.Obj section) {
    List<String> names = section.members().stream().map(ConfigNode.Member::key).toList();
    String known = names.isEmpty() ? "none" : String.join(", ", names);
    if (environment.isEmpty()) {
      refuse(section, DEPLOY, "specify an environment: the section contains " + known);
      return Optional.empty();
    }
    Optional<ConfigNode> found = section.get(environment);
    if (found.isEmpty()) {
      String shown = new ConfigNode.Text(0, environment).displayText();
      refuse(
          section,
          DEPLOY,
          "does not contain environment %s: it contains %s".formatted(shown, known));
    } else if (!(found.get() instanceof ConfigNode.Obj)) {
      refuse(
          found.get(),
          path(""),
          found.get().displayText()
              + " is not an object: use {\"host\": \"example.org\", \"repo\": \"…\"}");
    }
    return found.filter(ConfigNode.Obj.class::isInstance).map(ConfigNode.Obj.class::cast);
  }

  private Optional<Deployment> checked(ConfigNode.Obj section) {
    int before = problems.problemCount();
    warnOfUnknown(section);
    List<String> hosts = words(section, "host");
    if (hosts.isEmpty() && section.get("host").isEmpty()) {
      missing(section, "host");
    }
    var login =
        new Deployment.Login(
            word(section, "user"),
            text(section, "key"),
            port(section),
            words(section, "ssh_options"),
            flag(section, "forward-agent"),
            flag(section, "needs_tty"));
    Optional<String> repo = needed(section, "repo");
    Optional<String> ref = needed(section, "ref");
    Optional<String> path = needed(section, "path");
    path.filter(it -> !it.startsWith("/") && !it.startsWith("~/"))
        .ifPresent(it ->
            refuse(
                section.get("path").orElse(section),
                path("path"),
                "\"%s\" is not a path on the remote machine: it must begin with / or ~/"
                    .formatted(it)));
    boolean fast = text(section, "fetch").filter("fast"::equals).isPresent();
    Map<String, String> variables = variables(section);
    Map<String, String> hooks = hooks(section);
    return problems.problemCount() > before
        ? Optional.empty()
        : Optional.of(
            new Deployment(
                environment,
                hosts,
                login,
                repo.orElseThrow(),
                ref.orElseThrow(),
                path.orElseThrow(),
                fast,
                variables,
                hooks));
  }

  /// Warns about unknown keys. They are not errors, because PM2 ignores unknown keys and existing
  /// files contain some.
  private void warnOfUnknown(ConfigNode.Obj section) {
    List<String> known = new ArrayList<>(HOOKS);
    known.addAll(OTHERS);
    for (ConfigNode.Member member : section.members()) {
      if (!known.contains(member.key())) {
        problems.warn(
            "%s: %s: %s"
                .formatted(
                    SourceLocation.location(file, member.line()),
                    path(""),
                    AttributeReader.unknown(member.key(), known)));
      }
    }
  }

  private Optional<String> needed(ConfigNode.Obj section, String key) {
    if (section.get(key).isEmpty()) {
      missing(section, key);
    }
    return word(section, key);
  }

  private void missing(ConfigNode.Obj section, String key) {
    refuse(section, path(""), "\"" + key + "\" is missing: add it to this section");
  }

  /// Reads a text that becomes an argument of a command. It must not begin with a hyphen, which the
  /// command would interpret as an option.
  private Optional<String> word(ConfigNode.Obj section, String key) {
    Optional<String> text = text(section, key);
    return text.filter(word -> isWord(word, section.get(key).orElse(section), path(key)));
  }

  private boolean isWord(String word, ConfigNode value, String where) {
    boolean option = word.startsWith("-");
    if (option) {
      refuse(
          value,
          where,
          value.displayText()
              + " begins with a hyphen, so ssh or git would interpret it as an option: remove the hyphen");
    }
    return !option;
  }

  private Optional<String> text(ConfigNode.Obj section, String key) {
    return section
        .get(key)
        .filter(it -> !(it instanceof ConfigNode.Nil))
        .flatMap(it -> text(it, path(key)));
  }

  private Optional<String> text(ConfigNode value, String where) {
    Optional<String> text = ConfigNode.scalarText(value);
    if (text.isEmpty() || text.get().isBlank()) {
      refuse(value, where, text.isEmpty() ? value.displayText() + " is not text" : "is empty");
      return Optional.empty();
    }
    if (text.get().chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
      refuse(value, where, "must not contain a line break or NUL");
      return Optional.empty();
    }
    return text;
  }

  /// Reads a text or a list of texts.
  private List<String> words(ConfigNode.Obj section, String key) {
    Optional<ConfigNode> value = section.get(key).filter(it -> !(it instanceof ConfigNode.Nil));
    if (value.isEmpty()) {
      return List.of();
    }
    List<ConfigNode> parts =
        value.get() instanceof ConfigNode.Arr list ? list.items() : List.of(value.get());
    List<String> words = new ArrayList<>();
    for (ConfigNode part : parts) {
      text(part, path(key)).filter(word -> isWord(word, part, path(key))).ifPresent(words::add);
    }
    if (parts.isEmpty()) {
      refuse(value.get(), path(key), "the list is empty: add an entry, or remove the key");
    }
    return words;
  }

  private OptionalInt port(ConfigNode.Obj section) {
    Optional<ConfigNode> value = section.get("port").filter(it -> !(it instanceof ConfigNode.Nil));
    OptionalLong number = value.map(AttributeReader::whole).orElseGet(OptionalLong::empty);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    if (number.isEmpty() || number.getAsLong() < 1 || number.getAsLong() > HIGHEST_PORT) {
      refuse(
          value.get(), path("port"), value.get().displayText() + " is not a port: use 1 to 65535");
      return OptionalInt.empty();
    }
    return OptionalInt.of((int) number.getAsLong());
  }

  /// Reads a flag by the rule of PM2's deploy script: any text other than `false` and `no` is true.
  private static boolean flag(ConfigNode.Obj section, String key) {
    return section
        .get(key)
        .flatMap(ConfigNode::scalarText)
        .filter(text -> !text.isEmpty() && !text.equals("false") && !text.equals("no"))
        .isPresent();
  }

  private Map<String, String> variables(ConfigNode.Obj section) {
    Map<String, String> variables = new LinkedHashMap<>();
    Optional<ConfigNode> env = section.get("env").filter(it -> !(it instanceof ConfigNode.Nil));
    if (env.isPresent() && !(env.get() instanceof ConfigNode.Obj)) {
      refuse(
          env.get(),
          path("env"),
          env.get().displayText() + " is not an object: use {\"NAME\": \"value\"}");
    } else if (env.isPresent() && env.get() instanceof ConfigNode.Obj object) {
      for (ConfigNode.Member member : object.members()) {
        String where = path("env." + member.key());
        if (!VARIABLE.matcher(member.key()).matches()) {
          refuse(
              member.value(),
              where,
              "is not a valid shell variable name: use letters, digits and _");
        } else {
          String value = ConfigNode.scalarText(member.value()).orElseGet(member.value()::json);
          if (value.indexOf('\0') >= 0) {
            refuse(member.value(), where, "contains a NUL character");
          }
          variables.put(member.key(), value);
        }
      }
    }
    return variables;
  }

  private Map<String, String> hooks(ConfigNode.Obj section) {
    Map<String, String> hooks = new LinkedHashMap<>();
    for (String key : HOOKS) {
      Optional<ConfigNode> value = section.get(key).filter(it -> !(it instanceof ConfigNode.Nil));
      if (value.isPresent() && value.get() instanceof ConfigNode.Text text) {
        if (text.value().indexOf('\0') >= 0) {
          refuse(text, path(key), "contains a NUL character");
        } else if (!text.value().isBlank()) {
          hooks.put(key, text.value());
        }
      } else {
        value.ifPresent(
            it -> refuse(it, path(key), it.displayText() + " is not a command: use text"));
      }
    }
    return hooks;
  }

  private String path(String key) {
    String section = DEPLOY + "." + environment;
    return key.isEmpty() ? section : section + "." + key;
  }

  private void refuse(ConfigNode configNode, String path, String what) {
    problems.problem(
        configNode.line(), SourceLocation.location(file, configNode.line()) + ": " + path, what);
  }
}
