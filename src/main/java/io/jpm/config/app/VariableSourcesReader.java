package io.jpm.config.app;

import io.jpm.config.syntax.TextFile;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.SourceLocation;
import io.jpm.config.values.VariableNames;
import io.jpm.model.EnvFile;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.SecretSource;
import io.jpm.model.text.EnvFileText;
import io.jpm.spec.AppKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the attributes `env_file` and `secrets`, which name sources of variables. The sources
/// themselves are read each time the app starts. Env files are also checked for mistakes when the
/// process file is read; secrets are not.
final class VariableSourcesReader {
  private static final int MOST_BYTES = 1 << 20;
  private static final String FILE = "file:";
  private static final String CREDENTIAL = "credential:";
  private static final String FORMS =
      "use \"file:PATH\", \"credential:NAME\" or {\"command\": [\"PROGRAM\", \"ARGUMENT\"]}";

  private static final String ENV_FILE = "env_file ";

  private final AttributeReader attributeReader;
  private final ReadContext context;
  private final Map<String, String> names = new HashMap<>();
  private boolean absent;

  /// States whether the env files set the variable `PORT`.
  enum PortInFiles {
    /// One of the files sets it.
    NAMED,
    /// None of the existing files sets it, but another file does not exist yet.
    UNKNOWN,
    /// All files exist, and none sets it.
    NONE
  }

  VariableSourcesReader(AttributeReader attributeReader, ReadContext context) {
    this.attributeReader = attributeReader;
    this.context = context;
  }

  /// Reads both attributes and records all problems.
  ///
  /// @param cwd the app's working directory, against which file paths are resolved
  /// @param own the names of the app's own variables; no secret may have one of these names
  ReferencedVariables read(Path cwd, java.util.Set<String> own) {
    List<EnvFile> files =
        attributeReader.entry(AppKey.ENV_FILE).map(entry -> files(entry, cwd)).orElse(List.of());
    Map<String, SecretSource> secrets =
        attributeReader.entry(AppKey.SECRETS).map(entry -> secrets(entry, own)).orElse(Map.of());
    return new ReferencedVariables(files, secrets);
  }

  /// Returns the names of the variables in env files and secrets, with their sources. Valid after
  /// [#read].
  Map<String, String> names() {
    return names;
  }

  /// Reports whether the env files set `PORT`. Valid after [#read].
  PortInFiles port() {
    if (names.getOrDefault(AppEnvironment.PORT, "").startsWith(ENV_FILE)) {
      return PortInFiles.NAMED;
    }
    return absent ? PortInFiles.UNKNOWN : PortInFiles.NONE;
  }

  private List<EnvFile> files(AttributeReader.Entry entry, Path cwd) {
    List<EnvFile> files = new ArrayList<>();
    List<ConfigNode> items =
        entry.value() instanceof ConfigNode.Arr list ? list.items() : List.of(entry.value());
    for (int i = 0; i < items.size(); i++) {
      String tail = entry.value() instanceof ConfigNode.Arr ? "[" + i + "]" : "";
      ConfigNode item = items.get(i);
      Optional<EnvFile> file = file(entry, item, tail, cwd);
      file.ifPresent(found -> {
        files.add(found);
        check(entry, item, tail, found);
      });
    }
    return files;
  }

  private Optional<EnvFile> file(
      AttributeReader.Entry entry, ConfigNode item, String tail, Path cwd) {
    if (!(item instanceof ConfigNode.Text text) || text.value().isBlank()) {
      attributeReader.refusePart(
          entry, item, tail, item.displayText() + " is neither a path nor a list of paths");
      return Optional.empty();
    }
    boolean optional = text.value().endsWith("?");
    String written = text.value().substring(0, text.value().length() - (optional ? 1 : 0));
    Optional<Path> path =
        written.isEmpty() ? Optional.empty() : context.callerContext().absolute(written, cwd);
    if (path.isEmpty()) {
      attributeReader.refusePart(entry, item, tail, "is not a valid path");
    }
    return path.map(known -> new EnvFile(known, optional));
  }

  private void check(AttributeReader.Entry entry, ConfigNode item, String tail, EnvFile file) {
    switch (TextFile.read(file.path(), MOST_BYTES)) {
      case TextFile.Outcome.Read(String text) -> {
        EnvFileText.Outcome read = EnvFileText.parse(text, _ -> Optional.empty());
        read.variables().keySet().forEach(name -> names.put(name, ENV_FILE + file.path()));
        for (EnvFileText.Mistake mistake : read.mistakes()) {
          attributeReader.problem(
              item.line(),
              SourceLocation.location(file.path().toString(), mistake.line()),
              mistake.message());
        }
      }
      case TextFile.Outcome.Absent _ -> {
        absent = true;
        if (!file.optional()) {
          attributeReader.refusePart(
              entry,
              item,
              tail,
              "file %1$s does not exist: create it, or write \"%1$s?\" if it is optional"
                  .formatted(file.path()));
        }
      }
      case TextFile.Outcome.Refused(String what) ->
          attributeReader.refusePart(entry, item, tail, "file " + file.path() + " " + what);
    }
  }

  private Map<String, SecretSource> secrets(
      AttributeReader.Entry entry, java.util.Set<String> own) {
    if (!(entry.value() instanceof ConfigNode.Obj object)) {
      attributeReader.refusePart(
          entry,
          entry.value(),
          "",
          entry.value().displayText()
              + " is not an object: use {\"DB_PASSWORD\": \"file:/run/secrets/db\"}");
      return Map.of();
    }
    Map<String, SecretSource> secrets = new HashMap<>();
    for (ConfigNode.Member member : object.members()) {
      String tail = "." + member.key();
      if (!VariableNames.isName(member.key())) {
        attributeReader.refusePart(
            entry, member.value(), tail, "is not a variable name: it cannot contain = or NUL");
      } else if (own.contains(member.key())) {
        attributeReader.refusePart(
            entry, member.value(), tail, "is also set as a variable of the app: set it only once");
      } else {
        secret(entry, member.value(), tail)
            .ifPresent(secretSource -> secrets.put(member.key(), secretSource));
        names.put(member.key(), "secrets");
      }
    }
    return secrets;
  }

  private Optional<SecretSource> secret(
      AttributeReader.Entry entry, ConfigNode value, String tail) {
    Optional<SecretSource> secret =
        switch (value) {
          case ConfigNode.Text text -> ofText(text.value());
          case ConfigNode.Obj object -> ofObject(object);
          case ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _, ConfigNode.Arr _ ->
              Optional.empty();
        };
    if (secret.isEmpty()) {
      // The value may be the secret itself, so the message does not quote it.
      attributeReader.refusePart(
          entry, value, tail, "does not specify the source of the value: " + FORMS);
    }
    return secret;
  }

  private Optional<SecretSource> ofText(String text) {
    try {
      if (text.startsWith(FILE) && text.length() > FILE.length()) {
        return context
            .callerContext()
            .absolute(text.substring(FILE.length()), context.base())
            .map(SecretSource.FromFile::new);
      }
      return text.startsWith(CREDENTIAL)
          ? Optional.of(new SecretSource.FromCredential(text.substring(CREDENTIAL.length())))
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private Optional<SecretSource> ofObject(ConfigNode.Obj object) {
    if (object.members().size() != 1
        || !(object.get("command").orElse(null) instanceof ConfigNode.Arr list)) {
      return Optional.empty();
    }
    List<String> argv =
        list.items().stream().flatMap(item -> ConfigNode.scalarText(item).stream()).toList();
    boolean whole = argv.size() == list.items().size() && !argv.isEmpty();
    if (!whole || argv.getFirst().isBlank() || argv.stream().anyMatch(w -> w.indexOf('\0') >= 0)) {
      return Optional.empty();
    }
    List<String> resolved = new ArrayList<>(argv);
    if (argv.getFirst().contains("/")) {
      context
          .callerContext()
          .absolute(argv.getFirst(), context.base())
          .ifPresent(program -> resolved.set(0, program.toString()));
    }
    return Optional.of(new SecretSource.FromCommand(resolved));
  }
}
