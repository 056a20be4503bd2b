import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { answer, failCall, stopCalls } from "../../provider/calls";

const failure = (errors: unknown[]) => new Error(errors.map((error) => (error as Error).message).join("; "));

/** A call that ends when it is told to. */
function call(name: string, log: string[]) {
  const control: { done: () => void; fail: (error: Error) => void; uncaught: (error: Error) => void } = {
    ...{ done: () => undefined, fail: () => undefined, uncaught: () => undefined },
  };
  const construct = async () => {
    const uncaught = new Promise<Error>((resolve) => (control.uncaught = resolve));
    // What a handler of unhandled rejections is given, in the call's own context.
    void uncaught.then((error) => failCall(error));
    return new Promise<{ name: string }>((resolve, reject) => {
      control.done = () => resolve({ name });
      control.fail = reject;
    });
  };
  const answered = answer(construct, failure).then(
    (result) => log.push(`${name}: ${result === undefined ? "stopped" : "done"}`),
    (error: unknown) => log.push(`${name}: ${(error as Error).message}`),
  );
  return { ...control, answered, control };
}

describe("the calls of the plugin", () => {
  it("fail when all calls have ended, each with its own error", async () => {
    const log: string[] = [];
    const [one, two, three] = [call("one", log), call("two", log), call("three", log)];
    one.control.fail(new Error("too large"));
    two.control.uncaught(new Error("no registry"));
    await nextTurn();
    assert.deepEqual(log, []);
    three.control.done();
    await Promise.all([one.answered, two.answered, three.answered]);
    assert.equal(log[0], "three: done");
    assert.deepEqual(log.slice(1).sort(), ["one: too large", "two: no registry"]);
  });

  it("report each error of a resource once, even errors that nobody caught", async () => {
    const log: string[] = [];
    const [one, other] = [call("one", log), call("other", log)];
    const error = new Error("first");
    one.control.fail(error);
    await nextTurn();
    one.control.uncaught(new Error("second"));
    await nextTurn();
    other.control.done();
    await Promise.all([one.answered, other.answered]);
    assert.deepEqual(log, ["other: done", "one: first; second"]);
  });

  it("are all answered at the end: failed ones with their errors, others with nothing", async () => {
    const log: string[] = [];
    const [one, other] = [call("one", log), call("other", log)];
    one.control.fail(new Error("too large"));
    await nextTurn();
    await stopCalls();
    assert.deepEqual(log.sort(), ["one: too large", "other: stopped"]);
    await other.answered;
  });

  it("succeed at once, and a stray error belongs to none of them", async () => {
    const log: string[] = [];
    const [one, other] = [call("one", log), call("other", log)];
    one.control.done();
    await one.answered;
    assert.deepEqual(log, ["one: done"]);
    other.control.done();
    await other.answered;
    assert.equal(failCall(new Error("stray")), false);
  });
});
