package io.jpm.daemon;

import io.jpm.model.RunAs;
import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.SystemUsage;
import io.jpm.model.run.TreeUsage;
import io.jpm.model.run.Usage;
import io.jpm.os.AppAccess;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.Handle;
import io.jpm.os.KeeperLink;
import io.jpm.os.KeeperSetup;
import io.jpm.os.ListenSockets;
import io.jpm.os.Listener;
import io.jpm.os.Listening;
import io.jpm.os.LogDisk;
import io.jpm.os.LogPipes;
import io.jpm.os.NotifySockets;
import io.jpm.os.OpenFiles;
import io.jpm.os.ProcessHost;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A process host that is still being created. Native code takes about 0.1 s to initialize, and a
/// daemon with nothing to adopt can open its bridge meanwhile. Each method waits for the real host,
/// which the interface permits: no method is called on an event loop.
final class PendingHost implements ProcessHost {
  private final CompletableFuture<ProcessHost> host;

  PendingHost(CompletableFuture<ProcessHost> host) {
    this.host = host;
  }

  /// Returns the future of the real host, which fails if the host cannot be created.
  CompletableFuture<ProcessHost> made() {
    return host;
  }

  @Override
  public SpawnResult spawn(SpawnRequest request, ChildWatcher watcher) {
    return host.join().spawn(request, watcher);
  }

  /// Does not wait, because God calls it before it spawns a process.
  @Override
  public Optional<OpenFiles> openFiles() {
    return host.isDone() ? host.join().openFiles() : OpenFiles.ofThisProcess();
  }

  @Override
  public Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher) {
    return host.join().adopt(identity, tag, watcher);
  }

  @Override
  public Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher) {
    return host.join().adoptLeftovers(gone, tag, watcher);
  }

  @Override
  public List<Child> withLeftovers(List<Child> trees) {
    return host.join().withLeftovers(trees);
  }

  @Override
  public Exit exitOf(ProcessIdentity identity) {
    return host.join().exitOf(identity);
  }

  @Override
  public void exitsAreRecorded() {
    host.join().exitsAreRecorded();
  }

  @Override
  public Optional<KeeperLink> keeper(KeeperSetup setup, Runnable lost) {
    return host.join().keeper(setup, lost);
  }

  @Override
  public Map<String, ProcessIdentity> findTagged(String tagPrefix) {
    return host.join().findTagged(tagPrefix);
  }

  @Override
  public Map<String, List<ProcessIdentity>> allTagged(String tagPrefix) {
    return host.join().allTagged(tagPrefix);
  }

  @Override
  public Optional<String> variable(ProcessIdentity process, String name) {
    return host.join().variable(process, name);
  }

  @Override
  public boolean ranOutOfMemory(String tag) {
    return host.join().ranOutOfMemory(tag);
  }

  @Override
  public Optional<LogPipes> logPipes() {
    return host.join().logPipes();
  }

  @Override
  public Optional<ListenSockets> listenSockets() {
    return host.join().listenSockets();
  }

  @Override
  public Optional<NotifySockets> notifySockets() {
    return host.join().notifySockets();
  }

  @Override
  public boolean askForThreads(ProcessIdentity main) {
    return host.join().askForThreads(main);
  }

  @Override
  public Optional<String> type(Path input, byte[] bytes) {
    return host.join().type(input, bytes);
  }

  @Override
  public boolean post(ProcessIdentity process, String json) {
    return host.join().post(process, json);
  }

  @Override
  public boolean post(
      ProcessIdentity process, String json, Handle handle, Consumer<Boolean> taken) {
    return host.join().post(process, json, handle, taken);
  }

  @Override
  public List<Listening> listening(ProcessIdentity main) {
    return host.join().listening(main);
  }

  @Override
  public Set<Long> sockets(ProcessIdentity main) {
    return host.join().sockets(main);
  }

  @Override
  public Set<Listener> listeners() {
    return host.join().listeners();
  }

  @Override
  public int connections(ProcessIdentity main, Set<Integer> ports) {
    return host.join().connections(main, ports);
  }

  @Override
  public LogDisk logDisk() {
    return host.join().logDisk();
  }

  /// Does not wait itself; the methods of the result do.
  @Override
  public AppAccess appAccess() {
    return new AppAccess() {
      @Override
      public byte[] read(Path file, int most, RunAs owner) throws IOException {
        return host.join().appAccess().read(file, most, owner);
      }

      @Override
      public Launch launch(
          List<String> command, Path cwd, Map<String, String> environment, RunAs owner)
          throws IOException {
        return host.join().appAccess().launch(command, cwd, environment, owner);
      }

      @Override
      public boolean isOther(RunAs owner) {
        return host.join().appAccess().isOther(owner);
      }
    };
  }

  @Override
  public Optional<Usage> usage(ProcessIdentity identity) {
    return host.join().usage(identity);
  }

  @Override
  public Map<ProcessIdentity, TreeUsage> treeUsage(
      Collection<ProcessIdentity> mains, TreeUsage.Detail detail) {
    return host.join().treeUsage(mains, detail);
  }

  @Override
  public Optional<SystemUsage> systemUsage() {
    return host.join().systemUsage();
  }

  @Override
  public void releaseIdleMemory() {
    host.join().releaseIdleMemory();
  }

  @Override
  public void close() {
    if (!host.isCompletedExceptionally()) {
      host.join().close();
    }
  }
}
