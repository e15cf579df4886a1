package io.jpm.god.store;

import io.jpm.bus.god.StoreCommand;
import io.jpm.bus.god.StoreCommand.Setting;
import io.jpm.bus.god.StoreReply;
import io.jpm.god.journal.DurableFile;
import io.jpm.model.AppName;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Reads and writes `conf.json`, which contains the values set with `jpm set`. The file is the only
/// source of truth and is read each time a process is started. Therefore, every start uses the
/// current values, even after a crash of the daemon, and manual edits take effect. Blocking. Any
/// thread may read, but only one thread at a time may write.
///
/// If a manual edit makes the file invalid, apps receive the values from before the last `jpm set`
/// or `jpm unset`, and nothing is written until the file is fixed.
public final class KeyValueStore {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final DurableFile file;

  /// The problems that were logged last. Used to avoid logging the same problems at each start of
  /// an app.
  private final AtomicReference<List<String>> told = new AtomicReference<>(List.of());

  public KeyValueStore(Path home) {
    this.file = new DurableFile(home, DurableFile.Kind.STORE);
  }

  /// Executes a command of the key-value store.
  StoreReply execute(StoreCommand command) {
    return switch (command) {
      case StoreCommand.Read() -> {
        DurableFile.ReadResult<JsonObject> found = file.peek();
        yield new StoreReply.Content(tree(found).encode(), false, found.problems());
      }
      case StoreCommand.Put(List<Setting> settings) -> put(settings);
      case StoreCommand.Remove(List<String> path) -> remove(path);
      case StoreCommand.Variables(AppName app) -> new StoreReply.Variables(variables(app));
    };
  }

  /// Returns the variables that `app` receives when it is started.
  public Map<String, String> variables(AppName app) {
    DurableFile.ReadResult<JsonObject> found = file.peek();
    if (!told.getAndSet(found.problems()).equals(found.problems())) {
      found.problems().forEach(problem -> LOG.log(Level.ERROR, "{0}", problem));
    }
    return StoreTree.variables(tree(found), app);
  }

  private static JsonObject tree(DurableFile.ReadResult<JsonObject> found) {
    return found.content().orElseGet(JsonObject::new);
  }

  private StoreReply put(List<Setting> settings) {
    DurableFile.ReadResult<JsonObject> found = file.peek();
    JsonObject tree = tree(found).copy();
    for (Setting setting : settings) {
      Optional<String> problem = StoreTree.put(tree, setting);
      if (problem.isPresent()) {
        return new StoreReply.Failed(problem.get());
      }
    }
    return written(tree, found.problems());
  }

  private StoreReply remove(List<String> path) {
    DurableFile.ReadResult<JsonObject> found = file.peek();
    JsonObject tree = tree(found).copy();
    return StoreTree.remove(tree, path)
        ? written(tree, found.problems())
        : new StoreReply.Content(tree.encode(), false, found.problems());
  }

  private StoreReply written(JsonObject tree, List<String> problems) {
    if (!problems.isEmpty()) {
      return new StoreReply.Failed(
          "%s; fix the file before you change values".formatted(problems.getFirst()));
    }
    try {
      file.write(tree.encodePrettily() + "\n");
      return new StoreReply.Content(tree.encode(), true, List.of());
    } catch (IOException error) {
      return new StoreReply.Failed(
          "%s cannot be written (%s), so no value was changed"
              .formatted(file.path(), error.getMessage()));
    }
  }
}
