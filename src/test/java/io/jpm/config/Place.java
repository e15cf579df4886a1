package io.jpm.config;

import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.values.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A directory with a caller in it, whose PATH is one directory of programs that a test makes.
public record Place(Path dir) {
  public CallerContext callerContext() {
    return caller(Map.of());
  }

  CallerContext caller(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", dir.resolve("bin").toString());
    environment.put("HOME", dir.resolve("home").toString());
    environment.putAll(more);
    return new CallerContext(dir, environment);
  }

  /// A file that is not executable.
  public Path file(String name, String content) {
    try {
      Path file = dir.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.write(file, content.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// An executable file; one that is there stays as it is.
  Path executable(String name, String content) {
    try {
      Path there = dir.resolve(name);
      if (Files.isExecutable(there)) {
        return there;
      }
      Path file = file(name, content);
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Something in PATH.
  Path program(String name) {
    return executable("bin/" + name, "\u0000ELF");
  }

  Path directory(String name) {
    try {
      return Files.createDirectories(dir.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads `json` as `ecosystem.json`, beside which stands a runnable `app`.
  AppsOutcome read(String json) {
    executable("app", "\u0000ELF");
    file("ecosystem.json", json);
    return fromFile(Path.of("ecosystem.json"), callerContext(), AppDefaults.PM2);
  }

  AppsOutcome type(Map<String, Object> attributes) {
    executable("app", "\u0000ELF");
    return AppReader.fromCommandLine(attributes, callerContext(), AppDefaults.PM2);
  }

  static List<String> sentences(AppsOutcome outcome) {
    return outcome.problems().stream().map(Problem::toString).toList();
  }

  /// The apps of a process file that is no script.
  static AppsOutcome fromFile(
      Path file, Optional<String> environment, CallerContext callerContext, AppDefaults defaults) {
    return new ProcessFileReader(defaults, ScriptEvaluator.NONE)
        .file(file, environment, callerContext);
  }

  /// The same without an `--env`.
  static AppsOutcome fromFile(Path file, CallerContext callerContext, AppDefaults defaults) {
    return fromFile(file, Optional.empty(), callerContext, defaults);
  }
}
