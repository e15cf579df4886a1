package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadQueueTest {
  private final ReadQueue queue = new ReadQueue();
  private final List<Promise<String>> started = new ArrayList<>();

  private static Principal token(String name) {
    return new Principal(name, Role.READ, Set.of());
  }

  private boolean submit(Principal who) {
    return queue.submit(who, this::start).isPresent();
  }

  private Future<String> start() {
    Promise<String> request = Promise.promise();
    started.add(request);
    return request.future();
  }

  @Test
  void furtherRequestsWaitInTheOrderOfTheirArrival() {
    for (int i = 0; i < ReadQueue.MOST_RUNNING; i++) {
      assertThat(submit(token("one"))).isTrue();
    }
    List<String> results = new ArrayList<>();
    for (String name : List.of("two", "three")) {
      Future<?> result =
          queue
              .submit(
                  token(name),
                  () -> {
                    results.add(name);
                    return Future.failedFuture("failed");
                  })
              .orElseThrow();
      assertThat(result.isComplete()).isFalse();
    }
    assertThat(started).hasSize(ReadQueue.MOST_RUNNING);
    assertThat(results).isEmpty();
    started.getFirst().complete("");
    assertThat(results).containsExactly("two", "three");
  }

  @Test
  void tokenWithTooManyPendingRequestsIsRefused() {
    for (int i = 0; i < ReadQueue.MOST_PENDING; i++) {
      assertThat(submit(token("one"))).isTrue();
    }
    assertThat(submit(token("one"))).isFalse();
    assertThat(submit(token("two"))).isTrue();
    started.getFirst().complete("");
    assertThat(submit(token("one"))).isTrue();
    assertThat(submit(token("one"))).isFalse();
  }

  @Test
  void requestsOfTheOwnerAreNotLimited() {
    for (int i = 0; i < 100; i++) {
      assertThat(submit(Principal.OWNER)).isTrue();
    }
    assertThat(started).hasSize(100);
    submit(token("one"));
    assertThat(started).hasSize(101);
  }
}
