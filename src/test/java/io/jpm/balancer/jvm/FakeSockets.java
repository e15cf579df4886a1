package io.jpm.balancer.jvm;

import io.jpm.os.AcceptedConnection;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Listening sockets without a kernel: the test binds them.
final class FakeSockets implements ListenSocketRegistry {
  private final AtomicLong inodes = new AtomicLong(1000);
  private final Map<String, FakeSocket> open = new ConcurrentSkipListMap<>();

  /// A listening socket that exists only in memory.
  final class FakeSocket implements ListenSocket {
    private final String key;
    private final long inode = inodes.incrementAndGet();
    private volatile Optional<InetSocketAddress> address = Optional.empty();

    private FakeSocket(String key) {
      this.key = key;
    }

    void bind(InetSocketAddress where) {
      address = Optional.of(where);
    }

    @Override
    public String type() {
      return "net.Native";
    }

    @Override
    public String key() {
      return key;
    }

    @Override
    public Optional<InetSocketAddress> address() {
      return address;
    }

    @Override
    public long inode() {
      return inode;
    }

    @Override
    public void accept(Consumer<AcceptedConnection> consumer) {
      throw new UnsupportedOperationException("the processes accept");
    }

    @Override
    public java.nio.channels.ServerSocketChannel channel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void pause() {
      throw new UnsupportedOperationException("the processes accept");
    }

    @Override
    public void close() {
      open.remove(key);
    }
  }

  FakeSocket get(String key) {
    return Optional.ofNullable(open.get(key)).orElseThrow();
  }

  @Override
  public ListenSocket open(String key, ListenRequest listenRequest) {
    FakeSocket socket = new FakeSocket(key);
    if (open.putIfAbsent(key, socket) != null) {
      throw new IllegalStateException(key);
    }
    return socket;
  }

  @Override
  public Optional<ListenSocket> find(String key) {
    return Optional.ofNullable(open.get(key));
  }

  @Override
  public List<ListenSocket> all() {
    return List.copyOf(open.values());
  }
}
