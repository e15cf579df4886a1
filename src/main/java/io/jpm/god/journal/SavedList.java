package io.jpm.god.journal;

import io.jpm.bus.BlockingCalls;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.god.instance.SupervisedInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/// The list of apps that was saved last, in `dump.json`, and the list saved before it, in
/// `dump.json.bak`. Unlike the journal, the list changes only when a user runs a command, and the
/// command fails if the list cannot be forced to the disk. Confined to GodVerticle's context.
public final class SavedList {
  private final Vertx vertx;
  private final DurableFile file;

  public SavedList(Vertx vertx, Path home) {
    this.vertx = vertx;
    this.file = new DurableFile(home, DurableFile.Kind.DUMP);
  }

  /// Saves `instances`. An empty list is saved only if `force` is true, because saving it by
  /// accident would destroy a good list (PM2's rule).
  public Future<GodReply> save(Collection<SupervisedInstance> instances, boolean force) {
    if (instances.isEmpty() && !force) {
      return Future.succeededFuture(
          new GodReply(List.of(), List.of())
              .withNote(
                  "the list of apps is empty: nothing was saved and %s is unchanged; to save the empty list, run jpm save --force"
                      .formatted(file.path())));
    }
    List<InstanceView> views = instances.stream().map(SupervisedInstance::view).toList();
    return write(SavedApp.of(instances), views);
  }

  /// Saves an empty list.
  public Future<GodReply> clear() {
    return write(List.of(), List.of());
  }

  private Future<GodReply> write(List<SavedApp> apps, List<InstanceView> views) {
    return BlockingCalls.call(
            vertx,
            () -> {
              file.write(DumpJson.write(apps).encodePrettily());
              return new GodReply(views, List.of());
            })
        .recover(error ->
            error instanceof IOException
                ? Future.succeededFuture(
                    new GodReply(
                        List.of(),
                        List.of(
                            "%s cannot be written (%s): the previously saved list was kept; fix the cause and try again"
                                .formatted(file.path(), words(error)))))
                : Future.failedFuture(error));
  }

  /// Returns the error message without the path, which the message for the user already contains.
  private static String words(Throwable error) {
    if (error instanceof FileSystemException refused) {
      return refused.getReason() == null ? refused.getClass().getSimpleName() : refused.getReason();
    }
    return String.valueOf(error.getMessage());
  }

  /// Loads the list that was saved last. Fails with [UnreadableFile] if the file cannot be read, or
  /// was written by a newer version of jpm.
  public Future<DurableFile.ReadResult<List<SavedApp>>> load() {
    return BlockingCalls.call(vertx, () -> file.read(DumpJson::read));
  }

  /// Returns the path of the list.
  public Path path() {
    return file.path();
  }
}
