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
  private static PortReservation claim(String app, BalancingMode mode, String... addresses) {
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
  void twoAppsCannotHaveTheSame(String here, String there, boolean clash) {
    PortReservation one = claim("one", BalancingMode.LISTEN_FDS, here);
    PortReservation other = claim("other", BalancingMode.PROXY, there);
    assertThat(one.refusedBeside(other).isPresent()).isEqualTo(clash);
    assertThat(other.refusedBeside(one).isPresent()).isEqualTo(clash);
  }

  @Test
  void whoIsRefusedHearsWhoIsThere() {
    assertThat(
            claim("one", BalancingMode.NODE, "80")
                .refusedBeside(claim("other", BalancingMode.LISTEN_FDS, "127.0.0.1:80")))
        .hasValue(
            "127.0.0.1:80 is in use already: the app \"other\" listens there (balance: listen_fds);"
                + " stop it, or give one of them another port");
  }

  @Test
  void appsOfNodeShareAPortAndAnAppIsNotInItsOwnWay() {
    PortReservation node = claim("one", BalancingMode.NODE, "80");
    assertThat(node.refusedBeside(claim("other", BalancingMode.NODE, "80"))).isEmpty();
    assertThat(node.refusedBeside(claim("other", BalancingMode.JVM, "80"))).isPresent();
    assertThat(node.refusedBeside(claim("one", BalancingMode.PROXY, "80"))).isEmpty();
  }

  @Test
  void aReloadCannotHandAPortFromOneWayToAnother() {
    PortReservation proxy = claim("one", BalancingMode.PROXY, "80");
    assertThat(claim("one", BalancingMode.NODE, "80").refusedAfter(proxy))
        .hasValue(
            "balance is node and was proxy, and port 80 cannot be handed over between the two: use"
                + " jpm restart for this change, which has a gap");
    assertThat(claim("one", BalancingMode.NODE).refusedAfter(proxy)).isPresent();
    assertThat(claim("one", BalancingMode.NODE, "81").refusedAfter(proxy)).isEmpty();
    assertThat(claim("one", BalancingMode.PROXY, "80").refusedAfter(proxy)).isEmpty();
  }
}
