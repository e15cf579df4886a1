package io.jpm.daemon;

import io.jpm.model.RunAs;
import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.ProcessUsage;
import io.jpm.model.process.SystemUsage;
import io.jpm.model.process.TreeUsage;
import io.jpm.os.AppAccess;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.DescriptorBudget;
import io.jpm.os.KeeperClient;
import io.jpm.os.KeeperSetup;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.LogFileSystem;
import io.jpm.os.LogPipeReader;
import io.jpm.os.NotifySockets;
import io.jpm.os.ProcessHost;
import io.jpm.os.SendHandle;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.TcpListener;
import io.jpm.os.TreeListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A process host whose implementation is created in the background. Initializing native code takes
/// about 0.1 s, and a daemon without processes to adopt can open its bridge in the meantime.
/// Methods wait for the real host unless they state otherwise.
final class DeferredProcessHost implements ProcessHost {
  private final CompletableFuture<ProcessHost> host;

  DeferredProcessHost(CompletableFuture<ProcessHost> host) {
    this.host = host;
  }

  /// Returns the future of the real host, which fails if the host cannot be created.
  CompletableFuture<ProcessHost> created() {
    return host;
  }

  @Override
  public SpawnResult spawn(SpawnRequest request, ChildWatcher watcher) {
    return host.join().spawn(request, watcher);
  }

  /// Does not wait for the real host, because God calls this method on its event loop.
  @Override
  public Optional<DescriptorBudget> descriptorBudget() {
    return host.isDone() ? host.join().descriptorBudget() : DescriptorBudget.ofThisProcess();
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
  public void acknowledgeExits() {
    host.join().acknowledgeExits();
  }

  @Override
  public Optional<KeeperClient> keeperClient(KeeperSetup setup, Runnable lost) {
    return host.join().keeperClient(setup, lost);
  }

  @Override
  public Map<String, ProcessIdentity> findTagged(String tagPrefix) {
    return host.join().findTagged(tagPrefix);
  }

  @Override
  public Map<String, List<ProcessIdentity>> findAllTagged(String tagPrefix) {
    return host.join().findAllTagged(tagPrefix);
  }

  @Override
  public Optional<String> environmentVariable(ProcessIdentity process, String name) {
    return host.join().environmentVariable(process, name);
  }

  @Override
  public boolean ranOutOfMemory(String tag) {
    return host.join().ranOutOfMemory(tag);
  }

  @Override
  public Optional<LogPipeReader> logPipeReader() {
    return host.join().logPipeReader();
  }

  @Override
  public Optional<ListenSocketRegistry> listenSockets() {
    return host.join().listenSockets();
  }

  @Override
  public Optional<NotifySockets> notifySockets() {
    return host.join().notifySockets();
  }

  @Override
  public boolean requestThreadDump(ProcessIdentity main) {
    return host.join().requestThreadDump(main);
  }

  @Override
  public Optional<String> writeInput(Path input, byte[] bytes) {
    return host.join().writeInput(input, bytes);
  }

  @Override
  public boolean send(ProcessIdentity process, String json) {
    return host.join().send(process, json);
  }

  @Override
  public boolean send(
      ProcessIdentity process, String json, SendHandle sendHandle, Consumer<Boolean> taken) {
    return host.join().send(process, json, sendHandle, taken);
  }

  @Override
  public List<TreeListener> listenersOf(ProcessIdentity main) {
    return host.join().listenersOf(main);
  }

  @Override
  public Set<Long> sockets(ProcessIdentity main) {
    return host.join().sockets(main);
  }

  @Override
  public Set<TcpListener> listeners() {
    return host.join().listeners();
  }

  @Override
  public int connections(ProcessIdentity main, Set<Integer> ports) {
    return host.join().connections(main, ports);
  }

  @Override
  public LogFileSystem logFileSystem() {
    return host.join().logFileSystem();
  }

  /// Returns immediately. The methods of the returned object wait for the real host.
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
  public Optional<ProcessUsage> usage(ProcessIdentity identity) {
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
