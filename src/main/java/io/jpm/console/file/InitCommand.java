package io.jpm.console.file;

import io.jpm.config.SampleFile;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ExitCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// Runs `jpm init`, which writes a sample process file into the caller's directory. The default
/// name is that of PM2. The extension of the name determines the format. `simple` selects a short
/// sample. An existing file is never overwritten.
public final class InitCommand implements ConsoleCommand {
  private static final String USUAL = "ecosystem.config.js";

  /// The argument that selects a short sample, as in PM2.
  private static final String SIMPLE = "simple";

  private final Vertx vertx;

  public InitCommand(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> targets = commandCall.arguments().targets();
    boolean simple = targets.contains(SIMPLE);
    List<String> names = targets.stream().filter(word -> !word.equals(SIMPLE)).toList();
    if (names.size() > 1) {
      return failed("jpm init writes only one file: specify one name");
    }
    String name = names.isEmpty() ? USUAL : names.getFirst();
    Optional<String> sample = simple ? SampleFile.minimal(name) : SampleFile.named(name);
    if (sample.isEmpty()) {
      return failed(
          "%s is not a process file name: use one that ends in .json, .json5, .yaml, .yml, .config.js, .config.cjs or .config.mjs"
              .formatted(name));
    }
    Path cwd = Path.of(commandCall.request().cwd());
    return vertx
        .executeBlocking(() -> written(cwd, name, sample.get()), false)
        .map(file -> {
          commandCall.session().out("File " + file + " generated\n");
          return ExitCode.OK;
        });
  }

  private static Path written(Path cwd, String name, String sample) {
    try {
      Path file = cwd.resolve(name).normalize();
      return Files.writeString(file, sample, StandardOpenOption.CREATE_NEW);
    } catch (InvalidPathException _) {
      throw new CommandFailure(
          "the file name is not a valid path: check it for control characters");
    } catch (FileAlreadyExistsException _) {
      throw new CommandFailure(name + " already exists: choose another name, or remove the file");
    } catch (NoSuchFileException _) {
      throw new CommandFailure(name + " cannot be written: create its directory first");
    } catch (AccessDeniedException _) {
      throw new CommandFailure(name + " cannot be written: permission denied");
    } catch (IOException e) {
      throw new CommandFailure("%s cannot be written: %s".formatted(name, e.getMessage()));
    }
  }

  private static Future<ExitCode> failed(String problem) {
    return Future.failedFuture(new CommandFailure(problem));
  }
}
