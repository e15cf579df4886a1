package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppName;
import io.jpm.model.BalancingMode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests which apps conflict over a port.
class PortReservationTest {
  private static PortReservation reservation(String app, BalancingMode mode, String... addresses) {
    return new PortReservation(new AppName(app), mode, List.of(addresses));
  }

  @ParameterizedTest
  @CsvSource({
    "80, 80, true",
    "80, 81, false",
    "80, 8080, false",
    "80, *:80, true",
    "80, 127.0.0.1:80, true",
    "127.0.0.1:80, 80, true",
    "127.0.0.1:80, 127.0.0.1:80, true",
    "127.0.0.1:80, 127.0.0.2:80, false",
    "0.0.0.0:80, 127.0.0.1:80, true",
    "0.0.0.0:80, [::1]:80, false",
    "[::]:80, 127.0.0.1:80, true",
    "[::1]:80, 127.0.0.1:80, false",
  })
  void overlappingAddressesOfTwoAppsConflict(String here, String there, boolean clash) {
    PortReservation one = reservation("one", BalancingMode.LISTEN_FDS, here);
    PortReservation other = reservation("other", BalancingMode.PROXY, there);
    assertThat(one.refusedBeside(other).isPresent()).isEqualTo(clash);
    assertThat(other.refusedBeside(one).isPresent()).isEqualTo(clash);
  }

  @Test
  void refusalNamesTheAppThatListens() {
    assertThat(
            reservation("one", BalancingMode.NODE, "80")
                .refusedBeside(reservation("other", BalancingMode.LISTEN_FDS, "127.0.0.1:80")))
        .hasValue(
            "127.0.0.1:80 is already in use by the app \"other\" (balance: listen_fds): stop that app,"
                + " or assign a different port to one of them");
  }

  @Test
  void nodeAppsShareAPortAndAnAppDoesNotConflictWithItself() {
    PortReservation node = reservation("one", BalancingMode.NODE, "80");
    assertThat(node.refusedBeside(reservation("other", BalancingMode.NODE, "80"))).isEmpty();
    assertThat(node.refusedBeside(reservation("other", BalancingMode.JVM, "80"))).isPresent();
    assertThat(node.refusedBeside(reservation("one", BalancingMode.PROXY, "80"))).isEmpty();
  }

  @Test
  void reloadCannotMoveAPortToAnotherMode() {
    PortReservation proxy = reservation("one", BalancingMode.PROXY, "80");
    assertThat(reservation("one", BalancingMode.NODE, "80").refusedAfter(proxy))
        .hasValue(
            "balance is now node instead of proxy, and port 80 cannot be handed over between these"
                + " modes: use jpm restart, which causes a short downtime");
    assertThat(reservation("one", BalancingMode.NODE).refusedAfter(proxy)).isPresent();
    assertThat(reservation("one", BalancingMode.NODE, "81").refusedAfter(proxy)).isEmpty();
    assertThat(reservation("one", BalancingMode.PROXY, "80").refusedAfter(proxy)).isEmpty();
  }
}
