package io.jpm.balancer.jvm;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.ProcessUsage;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.LogFileSystem;
import io.jpm.os.ProcessHost;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.TreeListener;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A process host whose processes have only listening sockets and a number of connections, both set
/// by the test.
final class FakeJvms implements ProcessHost {
  final FakeSockets sockets = new FakeSockets();
  final Map<ProcessIdentity, List<TreeListener>> listening = new ConcurrentHashMap<>();
  final Map<ProcessIdentity, Integer> connections = new ConcurrentHashMap<>();
  final List<String> posts = new CopyOnWriteArrayList<>();
  volatile Set<Integer> portsAsked = Set.of();
  volatile boolean reachable = true;

  @Override
  public Optional<ListenSocketRegistry> listenSockets() {
    return Optional.of(sockets);
  }

  @Override
  public List<TreeListener> listenersOf(ProcessIdentity main) {
    return listening.getOrDefault(main, List.of());
  }

  @Override
  public int connections(ProcessIdentity main, Set<Integer> ports) {
    portsAsked = ports;
    return connections.getOrDefault(main, 0);
  }

  @Override
  public boolean send(ProcessIdentity process, String json) {
    posts.add(process.pid() + " " + json);
    return reachable;
  }

  @Override
  public SpawnResult spawn(SpawnRequest request, ChildWatcher watcher) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<String, ProcessIdentity> findTagged(String tagPrefix) {
    throw new UnsupportedOperationException();
  }

  @Override
  public LogFileSystem logFileSystem() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<ProcessUsage> usage(ProcessIdentity identity) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
