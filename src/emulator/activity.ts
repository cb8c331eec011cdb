// What is going on at the endpoint: whether anybody needs it still.
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Principal } from "./access/principal.ts";

/** Calls under way and connections held, by the person's programs; environments don't keep the endpoint alive. */
export class Activity {
  private readonly now: () => number;
  private readonly sockets = new Set<Socket>();
  private calls = 0;
  private last: number;

  constructor(now: () => number) {
    this.now = now;
    this.last = now();
  }

  /** A call begins; what it gives back is called at its end. */
  begin(principal: Principal, request: IncomingMessage): () => void {
    if (principal.kind !== "user") return () => {};
    const { socket } = request;
    if (!this.sockets.has(socket)) {
      this.sockets.add(socket);
      socket.once("close", () => {
        this.sockets.delete(socket);
        this.touch();
      });
    }
    this.calls++;
    return () => {
      this.calls--;
      this.touch();
    };
  }

  /** Resolves when no call is under way, or after so long. */
  async quiet(milliseconds: number): Promise<void> {
    const deadline = performance.now() + milliseconds;
    while (this.calls > 0 && performance.now() < deadline) await sleep(10);
  }

  /** Somebody has shown interest. */
  touch(): void {
    this.last = this.now();
  }

  /** Milliseconds since the last call ended and the last program hung up; 0 while there is one. */
  get idleMilliseconds(): number {
    return this.calls > 0 || this.sockets.size > 0 ? 0 : this.now() - this.last;
  }

  /** Calls under way. */
  get running(): number {
    return this.calls;
  }
}
