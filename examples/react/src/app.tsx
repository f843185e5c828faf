import { useState } from "react";

import { Expense } from "./expense";
import { Expenses } from "./expenses";
import { Inbox } from "./inbox";
import { NewExpense } from "./new_expense";

export function App() {
  const [shown, show] = useState<string>();
  return (
    <main>
      <h1>Expenses</h1>
      <NewExpense onStarted={show} />
      {shown && <Expense id={shown} />}
      <Inbox />
      <Expenses onChosen={show} />
    </main>
  );
}
