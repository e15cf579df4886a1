package io.jpm.balancer.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import io.jpm.os.AcceptedConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundRobinDispatcherTest {
  private final List<String> handed = new ArrayList<>();
  private final List<PendingConnection> sentConnections = new ArrayList<>();
  private final Set<NodeWorker> gone = new HashSet<>();
  private final RoundRobinDispatcher roundRobin = new RoundRobinDispatcher(this::hand);
  private long seq;

  private boolean hand(NodeWorker worker, PendingConnection pendingConnection) {
    if (gone.contains(worker)) {
      return false;
    }
    handed.add(worker.id().id() + "<" + pendingConnection.connection());
    sentConnections.add(pendingConnection);
    worker.unanswered().put(++seq, pendingConnection);
    return true;
  }

  /// A connection that is identified by its name.
  private static final class Named implements AcceptedConnection {
    private final String name;
    private boolean closed;

    Named(int number) {
      name = "c" + number;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public String type() {
      return "net.Native";
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static NodeWorker worker(int id) {
    var appCommand = new AppCommand(Path.of("/app.js"), Optional.empty(), List.of(), List.of());
    return new NodeWorker(
        new WorkerId(new InstanceId(id), 1, 1),
        AppSpec.builder(new AppName("app"), appCommand, Path.of("/")).build(),
        NodeWorker.Delivery.ROUND_ROBIN,
        true);
  }

  private List<Named> arrive(int count) {
    List<Named> arrived = IntStream.range(0, count).mapToObj(Named::new).toList();
    arrived.forEach(roundRobin::addConnection);
    return arrived;
  }

  private void answer(NodeWorker worker, int number, boolean accepted) {
    PendingConnection pendingConnection = sentConnections.get(number);
    worker.unanswered().values().remove(pendingConnection);
    roundRobin.answered(worker, pendingConnection, accepted);
  }

  @Test
  void workersTakeTurnsAndAcceptedConnectionsAreClosed() {
    NodeWorker one = worker(1);
    NodeWorker two = worker(2);
    roundRobin.add(one);
    roundRobin.add(two);
    List<Named> arrived = arrive(4);
    assertThat(handed).containsExactly("1<c0", "2<c1", "1<c2", "2<c3");
    answer(one, 0, true);
    assertThat(arrived.get(0).closed).isTrue();
    assertThat(arrived.get(1).closed).isFalse();
  }

  @Test
  void connectionsWaitForAWorker() {
    arrive(2);
    assertThat(handed).isEmpty();
    roundRobin.add(worker(1));
    assertThat(handed).containsExactly("1<c0", "1<c1");
  }

  @Test
  void workerThatDoesNotAnswerDelaysOnlyAFewConnections() {
    NodeWorker deaf = worker(1);
    NodeWorker good = worker(2);
    roundRobin.add(deaf);
    roundRobin.add(good);
    arrive(12);
    assertThat(handed).hasSize(2 * NodeWorker.MOST_UNANSWERED);
    for (int n = 0; n < sentConnections.size(); n++) {
      if (good.unanswered().containsValue(sentConnections.get(n))) {
        answer(good, n, true);
      }
    }
    assertThat(handed.stream().filter(it -> it.startsWith("1<"))).hasSize(4);
    assertThat(handed.stream().filter(it -> it.startsWith("2<"))).hasSize(8);
  }

  @Test
  void refusedConnectionGoesToTheNextWorker() {
    NodeWorker one = worker(1);
    NodeWorker two = worker(2);
    roundRobin.add(one);
    roundRobin.add(two);
    List<Named> arrived = arrive(1);
    answer(one, 0, false);
    assertThat(handed).containsExactly("1<c0", "2<c0");
    answer(two, 1, false);
    assertThat(arrived.getFirst().closed).as("refused by all, as over maxConnections").isTrue();
  }

  @Test
  void connectionRefusedByARemovedWorkerWaitsForAnother() {
    NodeWorker one = worker(1);
    roundRobin.add(one);
    List<Named> arrived = arrive(1);
    roundRobin.remove(one);
    answer(one, 0, false);
    assertThat(arrived.getFirst().closed).isFalse();
    roundRobin.add(worker(2));
    assertThat(handed).containsExactly("1<c0", "2<c0");
  }

  @Test
  void connectionSentToADyingWorkerGoesToTheNext() {
    NodeWorker one = worker(1);
    NodeWorker two = worker(2);
    roundRobin.add(one);
    roundRobin.add(two);
    arrive(2);
    roundRobin.remove(one);
    one.unanswered().clear();
    roundRobin.redispatch(sentConnections.getFirst());
    assertThat(handed).containsExactly("1<c0", "2<c1", "2<c0");
  }

  @Test
  void unreachableWorkerIsSkipped() {
    NodeWorker one = worker(1);
    roundRobin.add(one);
    gone.add(one);
    roundRobin.add(worker(2));
    arrive(2);
    assertThat(handed).containsExactly("2<c0", "2<c1");
  }
}
