export const GREETING_ANSWER = "Hello! I'm a simulated AI assistant. How can I help you today?";

export const CODE_ANSWER = `Here is a small example in Python:

\`\`\`python
def mean(values: list[float]) -> float:
    """The arithmetic mean of at least one value."""
    if not values:
        raise ValueError("mean of nothing")
    return sum(values) / len(values)


print(mean([2.0, 3.5, 8.0]))
\`\`\`

It prints \`4.5\`. An empty list is refused instead of dividing by zero.`;

export const TABLE_ANSWER = `Here is a comparison of the streaming transports:

| Transport          | Direction  | Reconnects by itself | Binary |
| ------------------ | ---------- | -------------------- | ------ |
| Server-Sent Events | one way    | yes                  | no     |
| WebSocket          | both ways  | no                   | yes    |
| HTTP long polling  | one way    | no                   | yes    |

The figures are simulated; the table is well formed.`;

export const LIST_ANSWER = `Here are the steps:

1. Say in one sentence what you want to reach.
2. Collect what you already have.
3. Choose the smallest part that is useful alone.
4. Build it and try it on a real case.
5. Look at the result, then repeat from step three.`;
