import { useStartPlaybook } from "@pbdb/react";
import { useState } from "react";

export function NewExpense({ onStarted }: { onStarted: (id: string) => void }) {
  const [what, setWhat] = useState("");
  const [amount, setAmount] = useState("");
  const start = useStartPlaybook({ onSuccess: onStarted });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate({ name: "expense", input: { what, amount: Number(amount) } });
      }}
    >
      <label>
        For what? <input value={what} onChange={(event) => setWhat(event.target.value)} />
      </label>
      <label>
        How much? <input value={amount} onChange={(event) => setAmount(event.target.value)} />
      </label>
      <button type="submit" disabled={start.isPending}>Ask</button>
      {start.error && <p role="alert">{start.error.message}. {start.error.hint}</p>}
    </form>
  );
}
