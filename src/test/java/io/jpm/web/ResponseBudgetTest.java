package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseBudgetTest {
  private static final long HALF = ResponseBudget.MAX_BYTES / 2;

  private final ResponseBudget budget = new ResponseBudget();
  private final List<String> disconnected = new ArrayList<>();

  private void reserve(String response, long bytes) {
    budget.reserve(response, bytes, () -> disconnected.add(response));
  }

  @Test
  void oldestClientsAreDisconnectedAboveTheLimit() {
    reserve("one", HALF);
    reserve("two", HALF);
    assertThat(disconnected).isEmpty();
    reserve("three", 1);
    assertThat(disconnected).containsExactly("one");
    budget.release("one"); // its connection has been closed
    reserve("four", HALF);
    assertThat(disconnected).containsExactly("one", "two");
  }

  @Test
  void writtenResponsesDoNotCount() {
    reserve("one", HALF);
    reserve("two", HALF);
    budget.release("one");
    reserve("three", HALF);
    assertThat(disconnected).isEmpty();
  }

  @Test
  void singleResponseMayExceedTheLimit() {
    reserve("one", 3 * HALF);
    assertThat(disconnected).isEmpty();
  }
}
