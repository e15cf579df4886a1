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

/// A temporary directory with a caller in it. The PATH of the caller is one directory of programs
/// that a test creates.
public record Workspace(Path dir) {
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

  /// Creates a file that is not executable.
  public Path file(String name, String content) {
    try {
      Path file = dir.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.write(file, content.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Creates an executable file unless it exists.
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

  /// Creates a program in PATH.
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

  /// Reads `json` as `ecosystem.json` in a directory that contains a runnable `app`.
  AppsOutcome read(String json) {
    executable("app", "\u0000ELF");
    file("ecosystem.json", json);
    return readFile(Path.of("ecosystem.json"), callerContext(), AppDefaults.PM2);
  }

  AppsOutcome readCommandLine(Map<String, Object> attributes) {
    executable("app", "\u0000ELF");
    return AppReader.fromCommandLine(attributes, callerContext(), AppDefaults.PM2);
  }

  static List<String> messages(AppsOutcome outcome) {
    return outcome.problems().stream().map(Problem::toString).toList();
  }

  /// Reads the apps of a process file that is not a script.
  static AppsOutcome readFile(
      Path file, Optional<String> environment, CallerContext callerContext, AppDefaults defaults) {
    return new ProcessFileReader(defaults, ScriptEvaluator.NONE)
        .file(file, environment, callerContext);
  }

  /// Reads the apps of a process file without a selected environment.
  static AppsOutcome readFile(Path file, CallerContext callerContext, AppDefaults defaults) {
    return readFile(file, Optional.empty(), callerContext, defaults);
  }
}
