package io.jpm.model;

/// The versions of HAProxy's PROXY protocol header, with which the proxy passes the client's
/// address to an instance before the first byte (`proxy_protocol` in a process file).
public enum ProxyProtocol {
  /// No header.
  NONE("off"),
  /// Version 1, a line of text.
  V1("v1"),
  /// Version 2, a binary header.
  V2("v2");

  private final String word;

  ProxyProtocol(String word) {
    this.word = word;
  }

  /// Returns the keyword for this version in process files.
  public String keyword() {
    return word;
  }
}
