// SPDX-License-Identifier: Apache-2.0
// What a stream's client was told, in order; a test waits for what it expects, never for time to pass.

const patience = 20_000; // how long something that should have come is waited for before the test fails

export class Inbox {
  constructor() {
    this.all = [];
    this.waiting = [];
  }

  add(message) {
    this.all.push(message);
    this.waiting = this.waiting.filter((one) => !one.look(message));
  }

  /** The first message, already here or still to come, that `fits`; `what` names it when it does not come. */
  async first(what, fits) {
    const here = this.all.find(fits);
    if (here !== undefined) return here;
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        fail(new Error(`${what} did not come; what came: ${JSON.stringify(this.all.map(brief))}`));
      }, patience);
      this.waiting.push({
        look(message) {
          if (!fits(message)) return false;
          clearTimeout(timer);
          done(message);
          return true;
        },
      });
    });
  }
}

function brief(message) {
  return message?.order ? `${message.event} ${message.order.type} ${message.order.status}` : message;
}

/** An inbox of trade updates: events by name and the order they are about. */
export class Updates extends Inbox {
  async event(event, orderId) {
    return this.first(`"${event}" of order ${orderId}`, (update) => update.event === event && update.order.id === orderId);
  }

  /** The names of what has come about an order, in order. */
  of(orderId) {
    return this.all.filter((update) => update.order.id === orderId).map((update) => update.event);
  }
}
